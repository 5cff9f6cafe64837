import { fromJson, toJson } from 'mode-ts/graph';

export const graph = fromJson({ nodes: [], edges: [] });
export const json = toJson(graph);
export const nodes = json.nodes.map(({ kind }) => kind);
