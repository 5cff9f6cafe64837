import { describe, expect, it } from 'vitest';
import { Container, crontab, Service, service, task, timer } from '../../lib/index.js';
import { FakeClock, fire, recordHistory } from '../../lib/testing/index.js';
import { deferred } from '../../lib/base/async.js';
import { boom, rejection, statusOf } from '../support.js';

@service()
class Reminder extends Service {
  reminded = 0;
  work: () => unknown = () => undefined;
  @timer('1h')
  async remind() {
    this.reminded += 1;
    await this.work();
  }
  @timer('1h', { onError: 'log', name: 'careful' })
  async fail() {
    await Promise.reject(boom);
  }
  @crontab('0 0 1 1 *', { timezone: 'UTC' })
  async yearly() {
    this.reminded += 100;
    await this.work();
  }
  @task()
  async listen() {
    await this.waitUntilStopped();
  }
}

async function booted(options = {}) {
  const clock = new FakeClock({ start: '2026-06-01T12:00:00Z' });
  const container = new Container({ clock, ...options });
  const reminder = await container.boot(Reminder);
  const history = recordHistory(container, { types: ['timer'] });
  return { clock, container, reminder, history };
}

describe('fire()', () => {
  it.each(['remind', 'yearly'])('makes a run of %s now, and is over when that is', async (name) => {
    const { container, reminder, history } = await booted();
    const { promise, resolve } = deferred();
    reminder.work = () => promise;
    const fired = fire(container, `Reminder.${name}`);
    expect([await statusOf(fired), history.list]).toEqual(['pending', [`Reminder.${name}: begin`]]);
    resolve();
    await fired;
    expect(history.list).toEqual([`Reminder.${name}: begin`, `Reminder.${name}: end`]);
    expect(container.timers().find((one) => one.name === name)).toMatchObject({ runs: 1, skipped: 0, failures: 0 });
    await container.stop();
  });

  it.each(['remind', 'yearly'])('skips and counts %s while a run is under way', async (name) => {
    const { container, reminder, history } = await booted();
    const { promise, resolve } = deferred();
    reminder.work = () => promise;
    const first = fire(container, `Reminder.${name}`);
    await fire(container, `Reminder.${name}`);
    expect(history.list).toEqual([`Reminder.${name}: begin`, `Reminder.${name}: skip`]);
    expect(history.events[1]).toMatchObject({ reason: 'running', count: 1 });
    resolve();
    await first;
    expect(container.timers().find((one) => one.name === name)).toMatchObject({ runs: 1, skipped: 1 });
  });

  it('does as onError says, and does not reject', async () => {
    const { container, reminder, history } = await booted();
    await fire(container, 'Reminder.careful');
    expect(history.list).toEqual(['Reminder.careful: begin', 'Reminder.careful: error (boom)']);
    expect(reminder.state).toBe('running');
    reminder.work = () => Promise.reject(boom);
    await fire(container, 'Reminder.remind');
    expect(reminder.crashReason).toBe(boom);
    await container.stop().catch(() => undefined);
    expect(container.state).toBe('failed');
  });

  it('leaves the schedule as it is', async () => {
    const { container, clock, reminder } = await booted();
    await clock.advance('30m');
    await fire(container, 'Reminder.remind');
    await clock.advance('30m');
    expect(reminder.reminded).toBe(2);
    await container.stop();
  });

  it('asks the coordinator for a crontab, with the instant of now', async () => {
    const asked: unknown[] = [];
    const coordinator = { claim: (key: unknown) => asked.push(key) > 1 };
    const { container, reminder } = await booted({ coordinator });
    await fire(container, 'Reminder.yearly');
    await fire(container, 'Reminder.yearly');
    expect(asked[0]).toEqual({ name: 'Reminder.yearly', at: new Date('2026-06-01T12:00:00Z') });
    expect(reminder.reminded).toBe(100);
    expect(container.timers().find(({ name }) => name === 'yearly')).toMatchObject({ runs: 1, skipped: 1 });
  });

  it('tells services of one name apart, and finds children by their name and by the way to them', async () => {
    const fired: string[] = [];
    const made = (name: string, note: string) => {
      @service({ name })
      class Beat extends Service {
        @timer('1h')
        tick() {
          fired.push(note);
        }
      }
      return Beat;
    };
    const container = new Container();
    const [one, two, Child] = [made('Beat', 'one'), made('Beat', 'two'), made('Child', 'child')];
    @service()
    class Parent extends Service {
      override onInitDependencies() {
        return [new Child(), new Child()];
      }
    }
    await container.boot([one, two, Parent]);
    for (const name of ['Beat.tick', 'Beat#2.tick', 'Child.tick', 'Child#2.tick', 'Parent/Child#2.tick']) {
      await fire(container, name);
    }
    expect(fired).toEqual(['one', 'two', 'child', 'child', 'child']);
    await container.stop();
  });

  it.each([
    ['Reminder.remimd', 'No timer or crontab is called Reminder.remimd; did you mean Reminder.remind?'],
    ['Reminder.listen', 'No timer or crontab is called Reminder.listen'],
    ['Nobody.ever', 'No timer or crontab is called Nobody.ever\n  → Give the name of the service'],
    ['', 'No timer or crontab is called '],
  ])('rejects for %j, which is unknown', async (name, message) => {
    const { container } = await booted();
    expect(await rejection(fire(container, name))).toMatchObject({
      code: 'ERR_MODE_UNKNOWN',
      message: expect.stringContaining(message) as string,
    });
    await container.stop();
  });

  it('says of a service that does not run that it has to be booted', async () => {
    const { container } = await booted();
    await container.stop();
    expect(await rejection(fire(container, 'Reminder.remind'))).toMatchObject({
      code: 'ERR_MODE_NOT_RUNNING',
      message: 'Reminder.remind cannot be fired: Reminder is stopped\n  → Boot it first.',
    });
  });
});
