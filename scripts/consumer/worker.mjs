import { Service, service } from 'mode-ts';

class Db extends Service {
  onStop() {
    this.log.info('db is down');
  }
}
service()(Db);

export default class App extends Service {
  onStarted() {
    this.log.info('app is up');
  }
  onStop() {
    this.log.info('app is down');
  }
}
service({ inject: [Db] })(App);
