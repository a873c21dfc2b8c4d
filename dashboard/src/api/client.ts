import { keepPreviousData, type UseQueryOptions, useQuery } from "@tanstack/react-query";
import createClient from "openapi-fetch";
import { text } from "../text";
import type { Documents } from "./documents";
import type { paths } from "./paths";

/** What the server says when something does not work (RFC 9457). */
export class Problem extends Error {
    constructor(
        readonly status: number,
        readonly code: string,
        message: string,
        readonly hint: string | null = null,
    ) {
        super(message);
    }
}

const client = createClient<paths>({ baseUrl: "/" });

async function problemOf(response: Response): Promise<Problem> {
    try {
        const told = await response.json();
        return new Problem(response.status, told.code ?? "", told.message ?? text.problem.unknown, told.hint ?? null);
    } catch {
        return new Problem(response.status, "", text.problem.unknown);
    }
}

export type Path = keyof Documents & keyof paths;
type Asked<P extends Path> = paths[P] extends { get: { parameters: { query?: infer Q } } }
    ? [NonNullable<Q>] extends [never]
        ? Record<string, never>
        : NonNullable<Q>
    : never;

/** Asks for one document. Throws Problem. */
export async function read<P extends Path>(path: P, query: Asked<P>, signal?: AbortSignal): Promise<Documents[P]> {
    const answer = await (
        client.GET as (
            path: string,
            options: object,
        ) => Promise<{ data?: unknown; response: Response; error?: { code?: string; message?: string; hint?: string } }>
    )(path, { params: { query }, signal });
    if (answer.data !== undefined) return answer.data as Documents[P];
    throw new Problem(
        answer.response.status,
        answer.error?.code ?? "",
        answer.error?.message ?? text.problem.unknown,
        answer.error?.hint ?? null,
    );
}

interface Extra {
    enabled?: boolean;
    keep?: boolean;
    /** The document never changes: it is of a commit, by its id. */
    fixed?: boolean;
}

/** How a document is asked for and kept. */
export function documentOptions<P extends Path>(path: P, query: Asked<P>, extra: Extra = {}): UseQueryOptions<Documents[P], Problem> {
    return {
        queryKey: [path, query],
        queryFn: ({ signal }) => read(path, query, signal),
        enabled: extra.enabled ?? true,
        meta: { isFixed: extra.fixed ?? false },
        staleTime: extra.fixed ? Number.POSITIVE_INFINITY : 2000,
        ...(extra.keep ? { placeholderData: keepPreviousData as never } : {}),
    };
}

/** A document of the server, kept up to date by useLive. */
export function useDocument<P extends Path>(path: P, query: Asked<P>, extra?: Extra) {
    return useQuery(documentOptions(path, query, extra));
}

export interface Person {
    name: string;
    role: string;
}

/** Who is logged in. Throws Problem, with status 401 for nobody. */
export async function readMe(): Promise<Person> {
    const response = await fetch("/api/v1/me");
    if (!response.ok) throw await problemOf(response);
    return response.json();
}

/** Throws Problem. */
export async function logIn(token: string): Promise<void> {
    const response = await fetch("/login", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ token }),
    });
    if (!response.ok) throw await problemOf(response);
}

export async function logOut(): Promise<void> {
    await fetch("/logout", { method: "POST" });
}
