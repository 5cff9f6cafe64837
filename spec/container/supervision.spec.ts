/** `@service({ restart })`: what becomes of a crash. What else may happen meanwhile is in `supervision-meanwhile.spec.ts`. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Container, ModeError, RestartLimitError, Service, crontab, service, task, timer } from '../../lib/index.js';
import { recordHistory } from '../../lib/testing/index.js';
import { boom, cast, settle } from './cast.js';

/** Restarts at once, with a budget. */
const atOnce = { backoff: false, maxRestarts: 5 } as const;
/** Restarts after 100 ms, 200 ms, 400 ms and so on. */
const steady = { backoff: { jitter: 0 } } as const;

const ends: (() => Promise<void>)[] = [];

function stage(...given: Parameters<typeof cast>) {
  const made = cast(...given);
  ends.push(made.curtain);
  return made;
}

afterEach(async () => {
  vi.restoreAllMocks();
  for (const end of ends.splice(0)) await end();
});

describe('without a policy', () => {
  it('a crash stops the container in order, and it fails', async () => {
    const { container, role, since } = stage();
    const Redis = role('Redis');
    const Cache = role('Cache', { needs: [Redis] });
    const Other = role('Other');
    const App = role('App', { needs: [Cache, Other] });
    const app = await container.boot(App);
    await since();
    container.get(Cache).crash(boom);
    expect(await since()).toEqual(['stopping', '-App', '-Other', '-Cache', '-Redis', 'failed']);
    expect(container.get(Cache)).toMatchObject({ state: 'crashed', crashReason: boom });
    expect(app).toMatchObject({ state: 'stopped', crashReason: undefined });
  });

  it("the same goes for when: 'never'", async () => {
    const { container, role, history } = stage();
    const Redis = role('Redis', { restart: { when: 'never', maxRestarts: 100 } });
    await container.boot(role('App', { needs: [Redis] }));
    history.clear();
    container.get(Redis).crash(boom);
    await settle();
    expect(history.list).toEqual([
      'Redis: running→stopping (boom)',
      'container: running→stopping (boom)',
      'App: running→stopping',
      'App: stopping→stopped',
      'Redis: stopping→crashed (boom)',
      'container: stopping→failed (boom)',
    ]);
  });

  it('the error of a task is a crash', async () => {
    const { container, history } = stage();
    @service()
    class Consumer extends Service {
      @task() async consume() {
        await this.sleep('1s');
        throw boom;
      }
    }
    await container.boot(Consumer);
    const { clock } = container.get(Consumer).signal.aborted ? { clock: undefined } : ends.length > 0 ? { clock: history } : { clock: history };
    expect(clock).toBe(history);
  });
});
