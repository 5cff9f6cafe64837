import assert from 'node:assert/strict';
import { Container, Service, crontab, defineService } from 'mode-ts';

class Report extends Service {
  send() {}
}
defineService(Report, { crontabs: { send: { at: '30 18 * * *', timezone: 'Europe/Berlin' } } });
assert.throws(() => crontab('every day'), /is not a cron expression/);

const container = new Container();
container
  .boot(Report)
  .then(async () => {
    const [{ nextAt }] = container.timers();
    assert(nextAt > new Date() && nextAt.getMinutes() === 30);
    await container.stop();
    console.log('right');
  })
  .catch((error) => {
    console.error(error);
    process.exitCode = 1;
  });
