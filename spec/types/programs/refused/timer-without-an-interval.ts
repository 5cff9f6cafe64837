// Expected 1-2 arguments, but got 0.
import { timer } from 'mode-ts';

export class Cache {
  @timer()
  refresh(): void {}
}
