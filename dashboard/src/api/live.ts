import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { documentOptions } from "./client";

const everyMs = 3000;

/**
 * Keeps every page up to date. It looks at the newest entry of the operation log, and at tasks while one runs, and has asked again whatever
 * may have changed. Server-sent events will take the place of the polling here; no page knows the difference.
 */
export function useLive(): void {
    const queries = useQueryClient();
    const newest = useQuery({ ...documentOptions("/api/v1/op/log", { limit: 1 }), refetchInterval: everyMs, staleTime: 0 });
    const branches = useQuery({ ...documentOptions("/api/v1/branch/list", {}), refetchInterval: everyMs, staleTime: 0 });
    const state = JSON.stringify([newest.data?.operations[0]?.number, branches.data?.branches.map((b) => [b.name, b.head, b.status])]);
    const isRunning = branches.data?.branches.some((b) => b.status === "running") ?? false;
    const seen = useRef(state);

    useEffect(() => {
        if (seen.current === state) return;
        seen.current = state;
        void queries.invalidateQueries({ predicate: (query) => !query.meta?.isFixed });
    }, [state, queries]);

    useEffect(() => {
        if (!isRunning) return;
        const timer = setInterval(() => void queries.invalidateQueries({ queryKey: ["/api/v1/agent/list"] }), 1000);
        return () => clearInterval(timer);
    }, [isRunning, queries]);
}
