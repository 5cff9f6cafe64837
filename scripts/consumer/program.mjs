import { Container, Service, service } from 'mode-ts';

class Db extends Service {
  onStart() {
    console.log('db up');
  }
  onStop() {
    console.log('db down');
  }
}
service()(Db);

class App extends Service {
  constructor(db) {
    super();
    this.db = db;
  }
  onStart() {
    console.log('app up');
  }
  onStop() {
    console.log('app down');
  }
}
service({ inject: [Db] })(App);

const container = new Container();
const app = await container.boot(App);
console.log(`app on ${app.db instanceof Db ? 'db' : 'nothing'}, ${container.state}`);
await container.stop();
console.log(container.state);
