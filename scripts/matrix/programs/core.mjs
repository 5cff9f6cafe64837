import assert from 'node:assert/strict';
import { Container, ModeError, Service, defineService, service, token } from 'mode-ts';

const story = [];
class Db extends Service {
  onStart() {
    story.push('db up');
  }
  onStop() {
    story.push('db down');
  }
}
service()(Db);
class App extends Service {
  constructor(db, port) {
    super();
    this.db = db;
    this.port = port;
  }
  onStart() {
    story.push(`app up, on a db that is ${this.db.state}`);
  }
  onStop() {
    story.push('app down');
  }
  async listen() {
    while (!this.shouldStop) await this.sleep('1m');
  }
}
const PORT = token('port');
defineService(App, { inject: [Db, PORT], tasks: ['listen'], name: 'App' });

const container = new Container();
container.bind(PORT).toConstantValue(8000);
container
  .boot(App)
  .then(async (app) => {
    assert.equal(app.port, 8000);
    await container.stop();
    assert.deepEqual(story, ['db up', 'app up, on a db that is running', 'app down', 'db down']);
    await assert.rejects(
      container.boot(Symbol('missing')),
      (error) => ModeError.is(error) && error.code === 'ERR_MODE_PLAN',
    );
    console.log('right');
  })
  .catch((error) => {
    console.error(error);
    process.exitCode = 1;
  });
