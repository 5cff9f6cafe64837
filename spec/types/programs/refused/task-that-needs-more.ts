// Types of parameters 'url' and 'signal' are incompatible. Type 'AbortSignal' is not assignable to type 'string'.
import { task } from 'mode-ts';

export class Cache {
  @task()
  fetch(url: string): void {
    console.log(url);
  }
}
