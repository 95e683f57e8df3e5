/** The colour family of a hop's badge: what happened to the packet there. */
import type { HopBadge } from '../../view/model.ts';

export function badgeTone(badge: HopBadge): 'tr' | 'ov' | 'ok' | 'bad' | 'plain' {
  switch (badge) {
    case 'DNAT':
    case 'SNAT':
    case 'undoNAT':
      return 'tr';
    case 'encap':
    case 'decap':
      return 'ov';
    case 'delivered':
      return 'ok';
    case 'drop':
    case 'refused':
    case 'noRoute':
    case 'timeout':
      return 'bad';
    case null:
      return 'plain';
  }
}
