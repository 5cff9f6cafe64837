const { Container, Service, defineService } = require('mode-ts');
const { Worker } = require('mode-ts/worker');

class App extends Service {}
defineService(App, { name: 'App' });
void new Container()
  .boot(App)
  .then((app) => app.stop())
  .then(() => console.log(typeof Worker === 'function' ? 'right' : 'wrong'));
