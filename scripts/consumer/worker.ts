import { Service, service, timer } from 'mode-ts';

@service()
class Db extends Service {
  readonly name = 'db';

  override onStop(): void {
    this.log.info('db is down');
  }
}

@service()
export default class App extends Service {
  constructor(private readonly db: Db) {
    super();
  }

  @timer('1s', { immediate: true })
  tick(): void {
    this.log.info(`app is up, on ${this.db.name}`);
  }

  override onStop(): void {
    this.log.info('app is down');
  }
}
