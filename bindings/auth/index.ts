// Authorization: the standard's two state machines as tables, and PKMv1 authorization on both sides.

export { Applicant } from './applicant.js';
export type {
  ApplicantEvent,
  ApplicantHooks,
  ApplicantOptions,
  ApplicantStep,
  ApplicantTimers,
  Grant,
} from './applicant-types.js';
export { AUTH_MACHINE, type AuthAction, type AuthEvent, type AuthState } from './authorization.js';
export { Authorizer } from './authorizer.js';
export type {
  AuthorizerEvent,
  AuthorizerHooks,
  AuthorizerOptions,
  AuthorizerStep,
  AuthSubscriber,
} from './authorizer-types.js';
export { Fsm, type MachineTable, type Transition, transition } from './fsm.js';
export { TEK_MACHINE, type TekAction, type TekEvent, type TekState } from './tek.js';
export { TIMERS, type TimerName, type TimerRow, timer, timerFits } from './timers.js';
export type * from './types.js';
