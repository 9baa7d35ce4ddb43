/**
 * Every `code` of the robot API, with what it means: that of a problem document (RFC 9457 §3.2), and of the event `disconnected`. Robots
 * decide by these; sentences are for people, and may change. `docs/robot-api-codes.md` shows this list.
 */
export const PROBLEM_CODES = {
  secret_deleted: "The session has ended: its client secret was deleted.",
  key_deleted: "The session has ended: its key was deleted.",
  secret_expired: "The session has ended: its client secret has expired.",
  key_expired: "The session has ended: its key has expired.",
  secret_disabled: "The session has ended: its client secret was disabled, and may be enabled again.",
  key_disabled: "The session has ended: its key was disabled, and may be enabled again.",
  machine_disabled: "The session has ended: the machine was disabled.",
  machine_deleted: "The session has ended: the machine was deleted.",
  disconnected: "The session has ended: a person disconnected the host, and its token is revoked.",
  machine_authentication_changed:
    "The session has ended: the machine does not accept this kind of credential any more.",
  tenant_authentication_changed:
    "The session has ended: the tenant does not accept this kind of credential any more.",
  closed: "The session has ended: the robot closed it.",
  removed: "The session has ended: the host was silent, and a person took it off the list.",
  session_not_found: "The machine has no such session.",
  other_credential: "The session was opened with another client secret or key. Connect again.",
  host_name_in_use: "Another host is connected under this name. Wait, or use another name.",
  wrong_host: "The standard machine serves a host of another name.",
  credential_withdrawn: "The credential or the machine was withdrawn since the token was bought.",
  no_successor: "No rotation with hand-over of this client secret or key is open.",
  host_unknown: "The host was not connected with the client secret or key before its rotation began.",
  key_not_handed_over:
    "Of a key nothing is handed over: the host makes a new pair, and sends `public_key` and `proof`.",
  key_limit_reached: "The machine has as many live keys as it may have; a person has to make room.",
  successor_key_refused:
    "The host's new `public_key` is not taken: private, weak, of another kind, or not new.",
  successor_proof_refused:
    "The `proof` that the host has its new key is not as it should be; `detail` says why.",
  successor_fetched_too_often: "The host has fetched its new client secret, or brought a key, too often.",
  job_not_found: "No such job runs on a host of this machine and credential.",
  job_ended: "The job has ended already; `state` says how.",
  asset_not_found: "The tenant has no such asset for this machine.",
  resource_not_found: "There is no such address, or an id in it cannot be one.",
  method_not_allowed: "The address does not know the method; `Allow` says which.",
  invalid_json: "The body is not JSON in UTF-8.",
  invalid_body: "Members of the body are not as they should be; `errors` names them.",
  body_too_large: "The body is larger than the address takes.",
  unsupported_media_type: "The body is not sent as application/json.",
  token_missing: "No access token was sent.",
  invalid_request: "The access token was sent in a way that is not allowed (RFC 6750 §3.1).",
  invalid_token: "The access token is not valid, or no longer. Buy another one (RFC 6750 §3.1).",
  insufficient_scope: "The access token lacks the scope that the address asks for (RFC 6750 §3.1).",
  invalid_dpop_proof: "The DPoP proof is not as it should be (RFC 9449 §7.1).",
  use_dpop_nonce: "The DPoP proof lacks the current nonce; the header `DPoP-Nonce` has it (RFC 9449 §9).",
  database_away: "The server cannot reach its database. Try again after `Retry-After`.",
  unexpected: "The server met an unexpected condition.",
} as const;

export type ProblemCode = keyof typeof PROBLEM_CODES;

/** The `code`s of the admin API that the robot API does not have; the two share the others that are about a token, a body or the server. */
export const ADMIN_PROBLEM_CODES = {
  invalid: "A member is not as it should be, or what it names does not fit; `errors` names the members.",
  invalid_query: "The query is not as it should be; `errors` names its parameters.",
  forbidden: "The API client may not do that: its role, or what it was allowed beside it, is not enough.",
  confirmation_needed:
    "People confirm this with their password; the API client lacks the permission to do it without.",
  not_found: "The tenant has no such thing.",
  conflict: "Something stands in the way; `detail` says what.",
  cut_grew: "More would be cut now than the preview showed; `detail` says what. Look again.",
  gone: "It has ended for good.",
  limit_reached: "A limit of the tenant stands in the way.",
  too_many: "Too many attempts. Try again later.",
  too_many_requests:
    "The API client asks too often, or something large is under way. Try again after `Retry-After`.",
  revision_missing: "Send the revision that the change is made to: `If-Match` with the `ETag` that was read.",
  revision_outdated: "Somebody changed it since the revision that `If-Match` names.",
  invalid_idempotency_key: "An `Idempotency-Key` has 1 to 255 visible characters of ASCII.",
  idempotency_key_reused: "The `Idempotency-Key` came before with another request.",
} as const;

export type AdminProblemCode = keyof typeof ADMIN_PROBLEM_CODES;
