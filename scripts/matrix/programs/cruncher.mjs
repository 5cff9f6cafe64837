import { Service, service } from 'mode-ts';

export class Cruncher extends Service {
  square(n) {
    return n * n;
  }
}
service()(Cruncher);
