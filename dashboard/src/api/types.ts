/** Names for the shapes that the server's OpenAPI document describes. */
import type { components } from "./schema.gen";

type Schemas = components["schemas"];

export type Status = Schemas["Status"];
export type Worker = Schemas["Worker"];
export type WorkerState = Worker["state"];
export type Turn = Schemas["TurnSummary"];
export type FullTurn = Schemas["Turn"];
export type TurnPage = Schemas["TurnPage"];
export type TurnState = Turn["state"];
export type Attempt = Schemas["Attempt"];
export type Failure = Schemas["Failure"];
export type SempreEvent = Schemas["Event"];
export type DeadLetter = Schemas["DeadLetter"];
export type DeadLetterPage = Schemas["DeadLetterPage"];
export type Connection = Schemas["Connection"];
export type ConnectionKind = Connection["kind"];
export type Approval = Schemas["Approval"];
export type ApprovalSummary = Schemas["ApprovalSummary"];
export type ApprovalState = Approval["state"];
export type Decision = NonNullable<Approval["decision"]>;
export type Risk = Schemas["Risk"];
export type Directives = Schemas["Directives"];
export type DirectivesWish = Schemas["DirectivesWish"];
export type WorkerSession = Schemas["WorkerSession"];
export type Away = Schemas["Away"];
export type SpendToday = Schemas["SpendToday"];
export type Setting = Schemas["Setting"];
