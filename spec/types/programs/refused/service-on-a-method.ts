// is not assignable to parameter of type 'ClassTaking<readonly InjectOption[]>'.
import { service } from 'mode-ts';

export class Cache {
  @service()
  refresh(): void {}
}
