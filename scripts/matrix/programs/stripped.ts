// TypeScript of which node itself only takes the types out
import { Service, defineService } from 'mode-ts';

class Db extends Service {
  readonly url: string = 'memory:';
}
defineService(Db, { name: 'Db' });

export default class App extends Service {
  readonly db: Db;
  constructor(db: Db) {
    super();
    this.db = db;
  }
  tick(): void {
    this.log.info(`right, on ${this.db.url}`);
    setTimeout(() => process.kill(process.pid, 'SIGTERM'), 50);
  }
}
defineService(App, { name: 'App', inject: [Db], timers: { tick: { every: '1h', immediate: true } } });
