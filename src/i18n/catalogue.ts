/** The English catalogue: one file per area of the code. A Message's code is "FILE.KEY…"; parameters stand as {{name}}. */
import controlplane from './en/controlplane.json' with { type: 'json' };
import dataplane from './en/dataplane.json' with { type: 'json' };
import exchange from './en/exchange.json' with { type: 'json' };
import manifest from './en/manifest.json' with { type: 'json' };
import page from './en/page.json' with { type: 'json' };
import topology from './en/topology.json' with { type: 'json' };
import trace from './en/trace.json' with { type: 'json' };
import view from './en/view.json' with { type: 'json' };
import walk from './en/walk.json' with { type: 'json' };

export const english = { controlplane, dataplane, exchange, manifest, page, topology, trace, view, walk } as const;
