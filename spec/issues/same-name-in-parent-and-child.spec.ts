/** In the picture of a child container, its service and one of its parent that had the same name were one node. */
import { expect, it } from 'vitest';
import { Container, Service, service } from '../../lib/index.js';

@service({ name: 'Db' })
class ParentDb extends Service {}

@service({ name: 'Db', inject: [ParentDb] })
class ChildDb extends Service {
  constructor(readonly above: ParentDb) {
    super();
  }
}

it('each node has an id of its own', async () => {
  const parent = new Container();
  parent.bind(ParentDb).toSelf();
  await parent.boot();
  const child = new Container({ parent });
  expect(child.plan(ChildDb).order).toMatchObject([{ id: 'Db', name: 'Db', dependencies: ['Db#2'] }]);
  const graph = child.graph(ChildDb);
  expect(graph.nodes()).toEqual(['Db', 'Db#2']);
  expect(graph.edges()).toMatchObject([{ v: 'Db', w: 'Db#2' }]);
  expect(graph.node('Db#2')).toMatchObject({ name: 'Db', state: 'running' });
  await parent.stop();
});
