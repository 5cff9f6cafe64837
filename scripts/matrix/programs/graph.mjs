import assert from 'node:assert/strict';
import { Container, Service, defineService } from 'mode-ts';
import { toDot, toMermaid } from 'mode-ts/graph';

class Db extends Service {}
class App extends Service {}
defineService(Db, { name: 'Db' });
defineService(App, { name: 'App', dependsOn: [Db] });

const container = new Container();
const graph = container.graph(App);
assert.deepEqual(graph.nodes().sort(), ['App', 'Db']);
assert.match(toMermaid(graph), /App/);
assert.match(toDot(graph), /Db/);
assert.equal(new App().beacon.asGraph().nodeCount(), 1);
console.log('right');
