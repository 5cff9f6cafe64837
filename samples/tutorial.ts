/**
 * The tutorial: a small program of four services.
 *
 *   npm ci && npm run mode-worker -- samples/tutorial.ts --loglevel info
 *   curl http://localhost:8000/users/alice
 *
 * Nobody starts anything here by hand, and nobody says in which order. `App` says what it depends on, so does `Webserver`,
 * and that makes a graph:
 *
 *   App ──┬── Websockets
 *         ├── UserCache
 *         └── Webserver ──── UserCache
 *
 * The worker starts each service once everything it depends on runs, as much at the same time as the graph allows, and on
 * Ctrl-C stops them the other way round: nobody ever loses something that it still uses.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Service, service, timer } from 'mode-ts';
import { WebSocketServer } from 'ws';

// Port 0 lets the system choose one, which is what the tests do.
const WEB_PORT = Number(process.env['WEB_PORT'] ?? 8000);
const WEBSOCKET_PORT = Number(process.env['WEBSOCKET_PORT'] ?? 8765);

/** How long clients may take to say goodbye, in milliseconds. */
const GOODBYE_MS = 1000;

interface User {
  id: string;
  name: string;
  loadedAt: Date;
}

/**
 * Answers whatever a client sends with the same, in capitals.
 *
 * `@service()` is all it takes to be managed: the worker makes one instance, starts it and stops it.
 */
@service()
class Websockets extends Service {
  /**
   * Runs before whoever depends on this service starts. The signal aborts when the start is given up: it took too long, or
   * somebody pressed Ctrl-C.
   */
  override async onStart(signal: AbortSignal): Promise<void> {
    console.log('STARTING WEBSOCKET SERVER');
    const server = createServer().listen(WEBSOCKET_PORT);
    const sockets = new WebSocketServer({ server });
    sockets.on('connection', (socket) => {
      socket.on('message', (data) => {
        socket.send((data as Buffer).toString('utf8').toUpperCase());
      });
    });
    await once(sockets, 'listening', { signal }); // rejects if the port is in use, and the start fails with that error
    // What is adopted is released when the service stops, however it came to that. No `onStop` is needed.
    this.adopt(server, async () => {
      for (const socket of sockets.clients) socket.close(1001, 'going away');
      // clients may answer that, but nobody waits for them for long
      setTimeout(() => {
        for (const socket of sockets.clients) socket.terminate();
        server.closeAllConnections();
      }, GOODBYE_MS).unref();
      server.close();
      await once(server, 'close');
    });
    this.log.info(`Listening on port ${String((server.address() as AddressInfo).port)}`);
  }
}

/** Keeps the users that were looked up for half a minute. */
@service()
class UserCache extends Service {
  private readonly users = new Map<string, User>();

  async lookup(id: string): Promise<User> {
    const known = this.users.get(id);
    if (known !== undefined) return known;
    await this.sleep('20ms'); // imagine a database; unlike setTimeout, this ends at once when the service stops
    const user = { id, name: id.replace(/^./, (letter) => letter.toUpperCase()), loadedAt: new Date() };
    this.users.set(id, user);
    return user;
  }

  /** Every ten seconds while the service runs, without overlap and without drift. */
  @timer('10s')
  removeExpired(): void {
    console.log('REMOVING EXPIRED USERS');
    const oldest = Date.now() - 30_000;
    for (const user of this.users.values()) if (user.loadedAt.getTime() < oldest) this.users.delete(user.id);
  }
}

/** Answers `GET /users/<id>` from the cache. */
@service()
class Webserver extends Service {
  private readonly server = createServer((request, response) => {
    void this.answer(request, response);
  });

  /** A dependency is a constructor parameter. By the time that this is called, the cache runs. */
  constructor(private readonly cache: UserCache) {
    super();
  }

  override async onStart(signal: AbortSignal): Promise<void> {
    this.server.listen(WEB_PORT);
    await once(this.server, 'listening', { signal });
    this.log.info(`Serving on port ${String((this.server.address() as AddressInfo).port)}`);
  }

  /** Runs while everything this service depends on still runs. The signal aborts when grace is over. */
  override async onStop(signal: AbortSignal): Promise<void> {
    this.log.info('Closing server');
    // Answers that are under way are given. A connection on which nothing was asked yet (browsers open some in advance) would
    // keep the server open for a minute.
    const cutOff = (): void => {
      this.server.closeAllConnections();
    };
    setTimeout(cutOff, GOODBYE_MS).unref();
    signal.addEventListener('abort', cutOff);
    this.server.close();
    this.log.info('Waiting for server to close handle');
    await once(this.server, 'close');
  }

  private async answer({ method, url = '/' }: IncomingMessage, response: ServerResponse): Promise<void> {
    const id = /^\/users\/(\w+)$/.exec(url)?.[1];
    if (method !== 'GET' || id === undefined) {
      response.writeHead(404, { 'content-type': 'text/plain' }).end('Try /users/alice\n');
      return;
    }
    const user = await this.cache.lookup(id);
    response.writeHead(200, { 'content-type': 'application/json' }).end(`${JSON.stringify(user)}\n`);
  }
}

/** The whole program: nothing but what it depends on. */
@service()
export default class App extends Service {
  constructor(
    readonly websockets: Websockets,
    readonly cache: UserCache,
    readonly webserver: Webserver,
  ) {
    super();
  }

  override onStarted(): void {
    console.log('APP STARTED');
  }
}
