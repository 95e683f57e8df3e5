/** What a walk writes into the kernels' memory: copied on the first write to a namespace, so the state that came in stays as it was. */
import type { NetworkNamespaceId } from '../topology/networkNamespace.ts';
import { type KernelState, type NamespaceState, namespaceState } from './kernelState.ts';

type Values = { readonly [Field in keyof NamespaceState]: NamespaceState[Field] extends ReadonlyMap<string, infer Value> ? Value : never };
type MutableState = { [Field in keyof Values]: Map<string, Values[Field]> };

export interface Memory {
  read(id: NetworkNamespaceId): NamespaceState;
  set<Field extends keyof NamespaceState>(id: NetworkNamespaceId, field: Field, key: string, value: Values[Field]): void;
  remove(id: NetworkNamespaceId, field: keyof NamespaceState, key: string): void;
  /** The state with everything written so far; the very object that came in when nothing was. */
  finish(): KernelState;
}

export function createMemory(initial: KernelState): Memory {
  const written = new Map<NetworkNamespaceId, MutableState>();
  const read = (id: NetworkNamespaceId): NamespaceState => written.get(id) ?? namespaceState(initial, id);
  const writable = (id: NetworkNamespaceId): MutableState => {
    const existing = written.get(id);
    if (existing !== undefined) return existing;
    const state = namespaceState(initial, id);
    const copy: MutableState = {
      conntrack: new Map(state.conntrack),
      recent: new Map(state.recent),
      neighbours: new Map(state.neighbours),
      sockets: new Map(state.sockets),
      multipath: new Map(state.multipath),
      attached: new Map(state.attached),
    };
    written.set(id, copy);
    return copy;
  };
  return {
    read,
    set(id, field, key, value) {
      if (read(id)[field].get(key) !== value) writable(id)[field].set(key, value);
    },
    remove(id, field, key) {
      if (read(id)[field].has(key)) writable(id)[field].delete(key);
    },
    finish() {
      if (written.size === 0) return initial;
      return { namespaces: new Map([...initial.namespaces, ...written]) };
    },
  };
}
