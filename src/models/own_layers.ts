import { Layer } from '../layers/layer.js';

/** Gives layers without a name their kind and, where that is taken, a number. */
export function nameLayers(layers: readonly Layer[]): void {
  const taken = new Set(layers.map(({ name }) => name));
  for (const layer of layers) {
    if (layer.name !== '') continue;
    let name = layer.kind;
    for (let i = 1; taken.has(name); i++) name = `${layer.kind}_${i}`;
    layer.name = name;
    taken.add(name);
  }
}

/** The layers among the properties of an object, in their order, in arrays and plain objects too; each once. */
export function ownLayers(owner: object, asLayer: (value: object) => Layer | undefined): readonly Layer[] {
  const found = new Set<Layer>();
  const seen = new Set<unknown>([owner]);
  const walk = (value: unknown): void => {
    if (typeof value !== 'object' || value === null || seen.has(value)) return;
    seen.add(value);
    const layer = value instanceof Layer ? value : asLayer(value);
    if (layer !== undefined) found.add(layer);
    else if (Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype) Object.values(value).forEach(walk);
  };
  Object.values(owner).forEach(walk);
  nameLayers([...found]);
  return [...found];
}
