import createClient from 'openapi-fetch';
import { at } from '../home';
import { patiently } from './patience';
import type { components, paths } from './schema';

type Schemas = components['schemas'];
export type AreaFeature = Schemas['AreaFeature'];
export type AreaProperties = Schemas['AreaProperties'];
export type BoundaryComparison = Schemas['BoundaryComparison'];
export type BoundaryHistory = Schemas['BoundaryHistory'];
export type Category = Schemas['Category'];
export type Config = Schemas['Config'];
export type Counters = Schemas['Counters'];
export type DutyPosts = Schemas['Duty'];
export type DutyPost = Schemas['DutyPost'];
export type FollowedReport = Schemas['FollowedReport'];
export type Subscription = Schemas['Subscription'];
export type FiguresBy = Schemas['FiguresBy'];
export type FiguresRow = Schemas['FiguresRow'];
export type FieldError = Schemas['ProblemFault'];
export type LiveArea = Schemas['LiveArea'];
export type Leads = Schemas['Leads'];
export type Lineage = Schemas['Lineage'];
export type LineageEntry = Schemas['LineageEntry'];
export type Located = Schemas['Located'];
export type LonLat = Schemas['LonLat'];
export type NearTicket = Schemas['NearTicket'];
export type NetworkFacts = Schemas['NetworkAnswer'];
export type Photo = Schemas['Photo'];
export type PhotoReceipt = Schemas['PhotoReceipt'];
export type Rating = Schemas['Rating'];
export type RankedRow = Schemas['RankedRow'];
export type Ranking = Schemas['Ranking'];
export type ReportIn = Schemas['ReportBody'];
export type ReportOut = Schemas['Receipt'];
export type SearchHit = Schemas['SearchHit'];
export type Session = Schemas['WhoAmI'];
/** With its ties where one ticket was asked for, its history for somebody who may see it. */
export type Ticket = Schemas['TicketSummary'] & Partial<Schemas['Ticket']>;
export type TicketEvent = Schemas['TicketEvent'];
export type WorkLists = Schemas['WorkLists'];
export type NextStep = Schemas['NextStep'];
export type Whistle = Schemas['Whistle'];
export type Workflow = Schemas['Workflow'];
export type Assignees = Schemas['Assignees'];
export type SimilarTicket = Schemas['SimilarTicket'];

/** The one door to the server; paths, parameters, bodies and answers are those of its OpenAPI. */
export const api = createClient<paths>({ baseUrl: at(''), fetch: patiently((request) => fetch(request)) });

/** What was answered instead of a result; status 0 when nobody could be reached. `isOurs`: by this service (RFC 9457), and not by a proxy or a network's sign-in page before it. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly title: string,
    readonly errors: FieldError[] = [],
    readonly isOurs = true,
  ) {
    super(title);
  }

  /** Is the service away for now? Then a proxy before it says so, or nobody does. */
  get isAway(): boolean {
    return [0, 502, 503, 504].includes(this.status);
  }

  /** Would the same be refused again? A proxy's word counts for what is too large only. */
  get isFinal(): boolean {
    const isRefused = this.status >= 400 && this.status < 500 && ![401, 408, 429].includes(this.status);
    return isRefused && (this.isOurs || this.status === 413);
  }

  /** What is wrong with this field of the form, if anything? */
  at(field: string): FieldError | undefined {
    return this.errors.find((error) => error.field.split('.').at(-1) === field);
  }
}

type Outcome<T> = { data?: T; error?: unknown; response: Response };

/** Called when any request is answered 401. */
const refused = new Set<() => void>();

export function onNotSignedIn(listener: () => void): void {
  refused.add(listener);
}

/** Tells that an answer was 401; the map, which asks for its tiles itself, does so too. */
export const tellNotSignedIn = (): void => refused.forEach((listener) => listener());

/** The answer's body; throws Problem for every failure. */
export async function ask<T>(call: Promise<Outcome<T>>): Promise<T> {
  const outcome = await call.catch(() => {
    throw new Problem(0, 'unreachable');
  });
  if (outcome.response.ok) return outcome.data as T;
  if (outcome.response.status === 401) tellNotSignedIn();
  throw readProblem(outcome.response, outcome.error);
}

function readProblem(response: Response, body: unknown): Problem {
  const said = (typeof body === 'object' && body !== null ? body : {}) as Partial<Schemas['Problem']>;
  return new Problem(response.status, said.title ?? '', said.errors ?? [], said.status === response.status);
}

/** Anything that was thrown, as a Problem that a panel can show. */
export function asProblem(thrown: unknown): Problem {
  return thrown instanceof Problem ? thrown : new Problem(0, String(thrown));
}
