/** A line of the graph between the row above and the row below: from one lane to another. */
export interface Edge {
    from: number;
    to: number;
    /** The lane whose colour it has. */
    lane: number;
}

/** What is drawn in one row: the commit's dot, the lines that come in from above, and those that leave below. */
export interface GraphRow {
    lane: number;
    above: Edge[];
    below: Edge[];
    width: number;
}

/**
 * The lanes beside a history that is listed newest first. Each lane leads to one commit; a lane keeps its place while it lives, so that lines
 * stay straight, and an empty place is used again.
 */
export function layOut(commits: readonly { id: string; parents: readonly string[] }[]): GraphRow[] {
    const lanes: (string | null)[] = [];
    const shown = new Set(commits.map((commit) => commit.id));
    return commits.map((commit) => {
        const isTip = !lanes.includes(commit.id);
        const lane = isTip ? place(lanes, commit.id) : lanes.indexOf(commit.id);
        const above: Edge[] = [];
        lanes.forEach((id, at) => {
            if (id === null || (isTip && at === lane)) return;
            above.push({ from: at, to: id === commit.id ? lane : at, lane: at });
        });
        for (let at = 0; at < lanes.length; at++) if (lanes[at] === commit.id) lanes[at] = null;
        const below: Edge[] = [];
        lanes.forEach((id, at) => {
            if (id !== null) below.push({ from: at, to: at, lane: at });
        });
        commit.parents.forEach((parent, index) => {
            if (index === 0) {
                // The first parent stays in this lane, even where another one leads to it too: they join at the parent.
                lanes[lane] = parent;
                below.push({ from: lane, to: lane, lane });
                return;
            }
            if (!shown.has(parent)) return;
            const to = lanes.includes(parent) ? lanes.indexOf(parent) : place(lanes, parent);
            below.push({ from: lane, to, lane: to });
        });
        while (lanes.length > 0 && lanes.at(-1) === null) lanes.pop();
        const width = 1 + Math.max(lane, ...above.map((e) => Math.max(e.from, e.to)), ...below.map((e) => Math.max(e.from, e.to)));
        return { lane, above, below, width };
    });
}

/** Takes the first empty place, or a new one. */
function place(lanes: (string | null)[], id: string): number {
    const empty = lanes.indexOf(null);
    if (empty >= 0) {
        lanes[empty] = id;
        return empty;
    }
    return lanes.push(id) - 1;
}
