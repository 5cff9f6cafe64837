/**
 * The first program of the README: two services, of which one needs the other.
 *
 *   npm run mode-worker -- samples/01-minimal.ts
 */
import { Service, service, timer } from 'mode-ts';

@service()
class Greeter extends Service {
  greet(name: string): string {
    return `Hello, ${name}!`;
  }
}

@service()
export default class App extends Service {
  // a dependency is a constructor parameter: the Greeter runs before the App does, and stops after it
  constructor(private readonly greeter: Greeter) {
    super();
  }

  @timer('1s')
  sayHello(): void {
    this.log.info(this.greeter.greet('world'));
  }
}
