// Type '"size"' is not assignable to type 'MethodName<typeof Cache>'.
import { Service, defineService } from 'mode-ts';

class Cache extends Service {
  readonly size = 1;
  async listen(signal: AbortSignal): Promise<void> {
    await this.wait(Promise.resolve(signal));
  }
  refresh(): void {}
  fetch(url: string): void {
    this.log.info(url);
  }
}

export default defineService(Cache, { tasks: ['size'] });
