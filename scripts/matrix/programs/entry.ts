import { Service, service, timer } from 'mode-ts';

@service()
class Db extends Service {
  readonly url: string = 'memory:';
}

@service()
export default class App extends Service {
  constructor(private readonly db: Db) {
    super();
  }

  @timer('1h', { immediate: true })
  tick(): void {
    this.log.info(`right, on ${this.db.url}`);
    setTimeout(() => process.kill(process.pid, 'SIGTERM'), 50);
  }
}
