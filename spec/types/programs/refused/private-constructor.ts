// Cannot assign a 'private' constructor type to a 'public' constructor type.
import { Service, service } from 'mode-ts';

@service()
export class Cache extends Service {
  private constructor() {
    super();
  }
}
