/** States and calls, with nothing left open: one test for each cell of the contract's table. */
import { describe, expect, it } from 'vitest';
import { Service, service, type BootError, type ContainerState } from '../../lib/index.js';
import { answers } from '../../lib/container/transitions.js';
import { recordHistory } from '../../lib/testing/index.js';
import { rejection, settle, stage, troupe } from './support.js';

/** A container with `Redis` and `App`, which needs it, and `Other`, which needs nothing. */
function program() {
  const { player, ...rest } = troupe();
  const Redis = player('Redis');
  const App = player('App', { needs: [Redis] });
  const Other = player('Other');
  const { container, clock } = stage();
  const states = recordHistory(container, { types: ['container'] });
  return { container, clock, states, player, Redis, App, Other, ...rest };
}

describe('idle', () => {
  it('boot → starting', async () => {
    const { container, App, hold, release, states } = program();
    hold('+App');
    expect(container.state).toBe('idle');
    const booting = container.boot(App);
    await settle();
    expect(container.state).toBe('starting');
    release('+App');
    await booting;
    expect(states.list).toEqual(['container: idle→starting', 'container: starting→running']);
  });

  it('boot with a PlanError leaves it idle', async () => {
    const { container, player, states } = program();
    expect(await rejection(container.boot(player('Bad', { needs: ['missing'] })))).toMatchObject({
      code: 'ERR_MODE_PLAN',
    });
    expect(container.state).toBe('idle');
    expect(states.list).toEqual([]);
  });

  it('stop: nothing to do', async () => {
    const { container, states } = program();
    await container.stop();
    await container.stop({ timeout: '1s' });
    expect(container.state).toBe('idle');
    expect(states.list).toEqual([]);
  });
});

describe('starting', () => {
  it('boot joins', async () => {
    const { container, App, hold, release, since, states } = program();
    hold('+App');
    const first = container.boot(App);
    await settle();
    const second = container.boot(App);
    await settle();
    expect(since()).toEqual(['+Redis', '+App']);
    release('+App');
    expect(await first).toBe(await second);
    expect(since()).toEqual([]);
    expect(states.list).toEqual(['container: idle→starting', 'container: starting→running']);
  });

  it('boot adds roots that are not yet in it', async () => {
    const { container, App, Other, hold, release, since } = program();
    hold('+App', '+Other');
    const first = container.boot(App);
    await settle();
    const second = container.boot(Other);
    await settle();
    expect(since()).toEqual(['+Redis', '+App', '+Other']);
    release('+App');
    await settle();
    expect(container.state).toBe('starting');
    release('+Other');
    await Promise.all([first, second]);
    expect(container.state).toBe('running');
  });

  it('boot with a PlanError leaves what is starting alone', async () => {
    const { container, App, player, hold, release } = program();
    hold('+App');
    const first = container.boot(App);
    await settle();
    await rejection(container.boot(player('Bad', { needs: ['missing'] })));
    expect(container.state).toBe('starting');
    release('+App');
    await first;
    expect(container.state).toBe('running');
  });

  it('stop rolls back; the pending boot rejects with BootError', async () => {
    const { container, App, hold, release, since, states } = program();
    hold('+App');
    const booting = rejection<BootError>(container.boot(App));
    await settle();
    const stopping = container.stop();
    await settle();
    expect(container.state).toBe('stopping');
    release('+App');
    await stopping;
    const error = await booting;
    expect(error).toMatchObject({
      code: 'ERR_MODE_BOOT',
      service: 'App',
      path: ['App'],
      cause: { code: 'ERR_MODE_BOOT_ABORTED' },
      errors: [],
    });
    expect(since()).toEqual(['+Redis', '+App', '-App', '-Redis']);
    expect(states.list.at(-1)).toBe('container: stopping→stopped');
  });

  it('every joined boot is rejected with it', async () => {
    const { container, App, Other, hold, release } = program();
    hold('+App');
    const boots = [rejection(container.boot(App)), rejection(container.boot(Other)), rejection(container.boot(App))];
    await settle();
    const stopping = container.stop();
    release('+App');
    await stopping;
    const errors = await Promise.all(boots);
    expect(errors).toMatchObject([{ code: 'ERR_MODE_BOOT' }, { code: 'ERR_MODE_BOOT' }, { code: 'ERR_MODE_BOOT' }]);
  });
});

describe('running', () => {
  it('boot starts what is not running yet', async () => {
    const { container, App, Other, since, states } = program();
    await container.boot(App);
    since();
    await container.boot(Other);
    expect(since()).toEqual(['+Other']);
    expect(container.state).toBe('running');
    expect(states.list).toEqual(['container: idle→starting', 'container: starting→running']);
  });

  it('boot of what runs does nothing, and resolves to the instance', async () => {
    const { container, App, since } = program();
    const app = await container.boot(App);
    since();
    expect(await container.boot(App)).toBe(app);
    expect(since()).toEqual([]);
  });

  it('boot is over when what it adds runs', async () => {
    const { container, App, Other, hold, release } = program();
    await container.boot(App);
    hold('+Other');
    let over = false;
    const adding = container.boot(Other).then(() => (over = true));
    await settle();
    expect([over, container.state]).toEqual([false, 'running']);
    release('+Other');
    await adding;
  });

  it('a boot that fails takes back what it started, and leaves the rest running', async () => {
    const { container, App, Other, player, since, states } = program();
    await container.boot(App);
    since();
    const boom = new Error('boom');
    const Bad = player('Bad', {
      needs: [Other, App],
      onStart: () => {
        throw boom;
      },
    });
    expect(await rejection(container.boot(Bad))).toMatchObject({ code: 'ERR_MODE_BOOT', service: 'Bad', cause: boom });
    expect(since()).toEqual(['+Other', '+Bad', '-Other']);
    expect(states.list.at(-1)).toBe('container: starting→running');
    await container.stop();
    expect(since()).toEqual(['-App', '-Redis']);
  });

  it('a boot that fails can be followed by another at once', async () => {
    const { container, App, Other, player, hold, release, since } = program();
    await container.boot(App);
    const Bad = player('Bad', { needs: [Other], onStart: () => Promise.reject(new Error('boom')) });
    hold('-Other');
    const failing = rejection(container.boot(Bad));
    await settle();
    since();
    const next = container.boot(Other);
    await settle();
    expect(since()).toEqual([]);
    release('-Other');
    await failing;
    await next;
    expect(since()).toEqual(['+Other']);
    expect(container.state).toBe('running');
    await container.stop();
  });

  it('stop → stopping', async () => {
    const { container, App, hold, release, states } = program();
    await container.boot(App);
    hold('-App');
    const stopping = container.stop();
    await settle();
    expect(container.state).toBe('stopping');
    release('-App');
    await stopping;
    expect(states.list.slice(2)).toEqual(['container: running→stopping', 'container: stopping→stopped']);
  });
});

describe('stopping', () => {
  async function stopping() {
    const all = program();
    await all.container.boot(all.App);
    all.hold('-App');
    const stopped = all.container.stop();
    await settle();
    all.since();
    return { ...all, stopped };
  }

  it('boot is refused: ERR_MODE_STOPPING', async () => {
    const { container, App, Other, release, stopped, since } = await stopping();
    for (const boot of [
      () => container.boot(App),
      () => container.boot(Other),
      () => container.boot(),
      () => container.boot('missing'),
    ]) {
      expect(await rejection(boot())).toMatchObject({
        code: 'ERR_MODE_STOPPING',
        message: 'The container is stopping, so nothing can be started in it\n  → Await its stop() first.',
      });
    }
    release('-App');
    await stopped;
    expect(since()).toEqual(['-Redis']);
  });

  it('restart(id) is refused as well', async () => {
    const { container, Redis, release, stopped } = await stopping();
    expect(await rejection(container.restart(Redis))).toMatchObject({ code: 'ERR_MODE_STOPPING' });
    release('-App');
    await stopped;
  });

  it('stop joins', async () => {
    const { container, release, stopped, since, states } = await stopping();
    const again = container.stop();
    let over = false;
    void again.then(() => (over = true));
    await settle();
    expect(over).toBe(false);
    release('-App');
    await Promise.all([stopped, again]);
    expect(since()).toEqual(['-Redis']);
    expect(states.list.slice(2)).toEqual(['container: running→stopping', 'container: stopping→stopped']);
  });

  it('every joined stop is rejected with the same StopError', async () => {
    const { container, player, hold, release } = program();
    const Bad = player('Bad', { onStop: () => Promise.reject(new Error('boom')) });
    await container.boot(Bad);
    hold('-Bad');
    const both = [rejection(container.stop()), rejection(container.stop())];
    release('-Bad');
    const [first, second] = await Promise.all(both);
    expect(first).toMatchObject({ code: 'ERR_MODE_STOP', errors: [{ service: 'Bad' }] });
    expect(second).toBe(first);
  });

  it('stop(id) waits for the whole', async () => {
    const { container, Redis, release, stopped, since } = await stopping();
    const one = container.stop(Redis);
    release('-App');
    await Promise.all([stopped, one]);
    expect(since()).toEqual(['-Redis']);
  });
});

describe('stopped', () => {
  it('boot → starting again: services see onRestart', async () => {
    const log: string[] = [];
    @service()
    class Redis extends Service {
      override onFirstStart() {
        log.push('onFirstStart');
      }
      override onRestart() {
        log.push(`onRestart ${String(this.restartCount)}`);
      }
      override onStart() {
        log.push('onStart');
      }
    }
    const { container } = stage();
    const states = recordHistory(container, { types: ['container'] });
    const first = await container.boot(Redis);
    await container.stop();
    const second = await container.boot(Redis);
    await container.stop();
    await container.boot(Redis);
    await container.stop();
    expect(second).toBe(first);
    expect(log).toEqual(['onFirstStart', 'onStart', 'onRestart 1', 'onStart', 'onRestart 2', 'onStart']);
    expect(states.list.slice(0, 6)).toEqual([
      'container: idle→starting',
      'container: starting→running',
      'container: running→stopping',
      'container: stopping→stopped',
      'container: stopped→starting',
      'container: starting→running',
    ]);
  });

  it('boot with a PlanError leaves it stopped', async () => {
    const { container, App, player } = program();
    await container.boot(App);
    await container.stop();
    await rejection(container.boot(player('Bad', { needs: ['missing'] })));
    expect(container.state).toBe('stopped');
  });

  it('boot starts the new roots only', async () => {
    const { container, App, Other, since } = program();
    await container.boot(App);
    await container.stop();
    since();
    await container.boot(Other);
    expect(since()).toEqual(['+Other']);
    await container.stop();
    expect(since()).toEqual(['-Other']);
  });

  it('stop: nothing to do', async () => {
    const { container, App, since } = program();
    await container.boot(App);
    await container.stop();
    since();
    await container.stop();
    expect(container.state).toBe('stopped');
    expect(since()).toEqual([]);
  });
});

describe('failed', () => {
  async function failed() {
    const all = program();
    let bad = true;
    const Bad = all.player('Bad', {
      needs: [all.Redis],
      onStart: () => {
        if (bad) throw new Error('boom');
      },
    });
    await rejection(all.container.boot(Bad));
    bad = false;
    all.since();
    return { ...all, Bad };
  }

  it('boot → starting again', async () => {
    const { container, Bad, since, states } = await failed();
    expect(container.state).toBe('failed');
    await container.boot(Bad);
    expect(since()).toEqual(['+Redis', '+Bad']);
    expect(states.list).toEqual([
      'container: idle→starting',
      'container: starting→stopping (boom)',
      'container: stopping→failed (boom)',
      'container: failed→starting',
      'container: starting→running',
    ]);
    await container.stop();
  });

  it('boot with a PlanError leaves it failed', async () => {
    const { container, player } = await failed();
    await rejection(container.boot(player('Worse', { needs: ['missing'] })));
    expect(container.state).toBe('failed');
  });

  it('stop: nothing to do', async () => {
    const { container, since } = await failed();
    await container.stop();
    expect(container.state).toBe('failed');
    expect(since()).toEqual([]);
  });

  describe('is where it ends, once everything that can be stopped has stopped in order, after', () => {
    it('a failed boot', async () => {
      const { container } = await failed();
      expect(container.state).toBe('failed');
    });

    it('a stop with errors', async () => {
      const { container, player, since } = program();
      const Redis = player('Redis');
      const Bad = player('Bad', { needs: [Redis], onStop: () => Promise.reject(new Error('boom')) });
      await container.boot(Bad);
      await rejection(container.stop());
      expect(container.state).toBe('failed');
      expect(since()).toEqual(['+Redis', '+Bad', '-Bad', '-Redis']);
    });

    it('an unsupervised crash', async () => {
      const boom = new Error('boom');
      const { player, since } = troupe();
      const Redis = player('Redis');
      class Crashing extends Service {}
      service({ dependsOn: [Redis], restart: { when: 'never' } })(Crashing);
      const App = player('App', { needs: [Crashing] });
      const { container } = stage();
      const states = recordHistory(container);
      const app = await container.boot(App);
      since();
      states.clear();
      (app.needs[0] as Service).crash(boom);
      await settle();
      expect(container.state).toBe('failed');
      expect(since()).toEqual(['-App', '-Redis']);
      expect(states.list).toEqual([
        'Crashing: running→stopping (boom)',
        'container: running→stopping (boom)',
        'App: running→stopping',
        'App: stopping→stopped',
        'Crashing: stopping→crashed (boom)',
        'Redis: running→stopping',
        'Redis: stopping→stopped',
        'container: stopping→failed (boom)',
      ]);
    });
  });
});

describe('the table itself', () => {
  it('has a cell for every state and call', () => {
    const states: ContainerState[] = ['idle', 'starting', 'running', 'stopping', 'stopped', 'failed'];
    expect(answers).toEqual({
      idle: { boot: 'start', stop: 'none' },
      starting: { boot: 'join', stop: 'rollback' },
      running: { boot: 'add', stop: 'stop' },
      stopping: { boot: 'refuse', stop: 'join' },
      stopped: { boot: 'start', stop: 'none' },
      failed: { boot: 'start', stop: 'none' },
    });
    expect(Object.keys(answers)).toEqual(states);
  });
});
