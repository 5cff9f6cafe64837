import { Service, defineService } from 'mode-ts';
import { Worker } from 'mode-ts/worker';

class App extends Service {
  onStarted() {
    setTimeout(() => process.kill(process.pid, 'SIGTERM'), 50);
  }
  onStop() {
    this.log.info('right');
  }
}
defineService(App, { name: 'App' });

void new Worker(App).executeFromCommandLine();
