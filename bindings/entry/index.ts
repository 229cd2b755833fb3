// Network entry (the patent's Figure 4) for both stations.

export {
  ENTRY_MACHINE,
  type EntryAction,
  type EntryEvent,
  type EntryState,
  SERVICE_MACHINE,
  type ServiceAction,
  type ServiceEvent,
  type ServiceState,
} from './machines.js';
export {
  AFTER_AUTHENTICATION,
  BEFORE_AUTHENTICATION,
  type EntryHooks,
  NetworkEntry,
  type NetworkEntryEvent,
  type NetworkEntryOptions,
} from './network-entry.js';
