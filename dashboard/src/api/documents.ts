// The documents of docs/json.md, as far as pages read them. This file goes away when the OpenAPI document describes answers.

export interface Author {
    name: string;
    email: string;
    kind: "human" | "agent" | "external" | "system";
}

export type Cell = number | string | boolean | null | { base64: string; type?: string };
export type Row = Record<string, Cell>;

export interface Commit {
    id: string;
    parents: string[];
    author: Author;
    time: string;
    message: string;
    task: string | null;
    evidence: string | null;
    origin: Origin | string | null;
    names: string[];
    override?: string;
}

export interface Origin {
    kind?: string;
    commit?: string;
}

export interface Branch {
    name: string;
    head: string;
    base: string | null;
    status: string;
    created: string | null;
    task: string | null;
    expires: string | null;
    leftOut: string[];
}

export interface Status {
    branch: string;
    head: string;
    clean: boolean;
    tables: Record<string, TableCounts>;
    branches: Branch[];
    merges: { merge: string; source: string; target: string; open: number }[];
}

export interface TableCounts {
    status: string;
    added: number;
    modified: number;
    deleted: number;
}

export interface Finding {
    message: string;
    file: string | null;
    line: number | null;
    rule: string | null;
    row: unknown;
}

export interface Gate {
    name: string;
    passed: boolean;
    notRun: boolean;
    seconds: number;
    summary: string;
    findings: Finding[];
}

export interface Step {
    name: string;
    state: string;
    seconds: number;
    summary: string | null;
}

export interface Task {
    task: string;
    branch: string;
    state: string;
    text: string | null;
    model: string | null;
    pipeline: string | null;
    created: string;
    assumptions: string[];
    steps: Step[];
    gates: Gate[];
    tests: {
        passed: number;
        total: number;
        lineCoverage: number | null;
        branchCoverage: number | null;
        mutationScore: number | null;
    } | null;
    rows: { read: number; loaded: number; replaced: number; rejected: number; filtered: number; perSecond: number } | null;
    changes: {
        records: number;
        whole: boolean;
        steps: { step: string; field: string; operation: string; changed: number; of: number }[];
    } | null;
    firstFailures: { record: number; line: number; field: string | null; rule: string; value: string | null; message: string }[];
    lines: { generated: number; changed: number } | null;
    cost: { tokens: number; usd: number | null; saved: number };
    questions: { question: string; answer: string | null }[];
    end: string | null;
    evidence: string | null;
    error: string | null;
}

export interface RowChange {
    key: Row;
    before: Row | null;
    after: Row | null;
    count?: number;
    moved?: boolean;
}

export interface TableDiff extends TableCounts {
    name: string;
    moved: number;
    truncated: boolean;
    rows: RowChange[];
}

export interface SchemaChange {
    kind: string;
    object: string;
    before: string | null;
    after: string | null;
}

export interface FileChange {
    path: string;
    status: string;
    patch: string | null;
}

export interface Diff {
    before: string | null;
    after: string;
    tables: TableDiff[];
    schema: SchemaChange[];
    files: FileChange[];
}

export interface Plan {
    status: string;
    message: string | null;
    conflictCount: number;
    tables: Record<string, TableCounts>;
    violations: { constraint: string; table: string; message: string }[];
    gates: Gate[];
    destructive: { kind: string; table: string; column: string | null; rows: number; message: string }[];
}

export interface Review {
    branch: Branch;
    ready: boolean;
    task: Task | null;
    gatesAtHead: boolean;
    diff: Diff;
    plan: Plan;
}

export interface QueueEntry {
    number: number;
    branch: string;
    state: string;
    step: string | null;
    reason: string | null;
    addedBy: string;
    added: string;
    settled: string | null;
}

export interface Operation {
    number: number;
    command: string;
    actor: string;
    time: string;
    moves: string[];
    refs: { name: string; before: string | null; after: string | null }[];
}

export interface CostSum {
    name: string;
    answers: number;
    reused: number;
    savedUsd: number;
    unpriced: number;
    inputTokens: number;
    outputTokens: number;
    usd: number;
}

export interface Evidence {
    commit: string;
    evidence: string;
    branch: string;
    task: string;
    time: string;
    passed: boolean;
    sandbox: string;
    fileEdited: boolean;
    gates: Gate[];
}

export interface BlameCell {
    value: Cell;
    commit: string;
    author: Author;
    time: string;
    task: string | null;
}

export interface Blame {
    table: string;
    revision: string;
    truncated: boolean;
    rows: { key: Row; cells: Record<string, BlameCell> }[];
}

export interface Version {
    commit: string;
    time: string;
    author: Author;
    message: string;
    task: string | null;
    change: "added" | "modified" | "deleted" | "moved";
    row: Row | null;
}

export interface Answer {
    columns: { name: string; type: string | null }[];
    rows: Cell[][];
}

export interface Tag {
    name: string;
    commit: string;
    time: string;
    message: string;
}

/** What each path answers to a GET. */
export interface Documents {
    "/api/v1/status": Status;
    "/api/v1/log": { commits: Commit[] };
    "/api/v1/show": Diff & { commit: Commit };
    "/api/v1/diff": Diff;
    "/api/v1/branch/list": { branches: Branch[] };
    "/api/v1/branch/review": Review;
    "/api/v1/agent/list": { tasks: Task[] };
    "/api/v1/merge/queue/list": { queue: QueueEntry[] };
    "/api/v1/op/log": { operations: Operation[]; problem: string | null };
    "/api/v1/cost/report": { total: CostSum; tasks: CostSum[]; models: CostSum[]; months: CostSum[] };
    "/api/v1/evidence/show": Evidence;
    "/api/v1/blame": Blame;
    "/api/v1/history": { table: string; key: Row; versions: Version[] };
    "/api/v1/query": Answer;
    "/api/v1/tag": { tags: Tag[] };
}
