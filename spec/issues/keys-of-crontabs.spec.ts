import { expect, it } from 'vitest';
import { Container, crontab, Service, service, type Coordinator } from '../../lib/index.js';
import { FakeClock } from '../../lib/testing/index.js';

class Poller extends Service {
  constructor(
    readonly region: string,
    readonly ran: string[],
  ) {
    super();
  }
  @crontab('* * * * *', { timezone: 'UTC' })
  poll() {
    this.ran.push(this.region);
  }
}

// They had one key, so the lock that one of them took kept the others from running.
it('a coordinator can tell the crontabs of several instances of a class apart', async () => {
  const ran: string[] = [];
  @service()
  class One extends Service {
    override onInitDependencies() {
      return [new Poller('eu', ran), new Poller('us', ran)];
    }
  }
  @service()
  class Two extends Service {
    override onInitDependencies() {
      return [new Poller('asia', ran)];
    }
  }
  @service()
  class Report extends Service {
    @crontab('* * * * *', { timezone: 'UTC' })
    daily() {
      ran.push('report');
    }
  }
  const claimed = new Set<string>();
  const coordinator: Coordinator = {
    claim: ({ name }) => !claimed.has(name) && claimed.add(name).has(name),
  };
  const clock = new FakeClock();
  const container = new Container({ clock, coordinator });
  container.bind(One).toSelf();
  container.bind(Two).toSelf();
  container.bind(Report).toSelf();
  await container.boot();
  await clock.advance('1m');
  expect(ran.sort()).toEqual(['asia', 'eu', 'report', 'us']);
  expect([...claimed].sort()).toEqual(['One/Poller#2.poll', 'One/Poller.poll', 'Report.daily', 'Two/Poller.poll']);
  await container.stop();
});
