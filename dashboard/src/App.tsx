import * as Tooltip from "@radix-ui/react-tooltip";
import { QueryClient, QueryClientProvider, useQuery, useQueryClient } from "@tanstack/react-query";
import { GitBranch, GitCommitVertical, LayoutDashboard, LogOut, Table2 } from "lucide-react";
import { type ReactNode, Suspense, useEffect, useRef } from "react";
import { Link, Route, Switch, useLocation } from "wouter";
import { logOut, type Person, Problem, readMe } from "./api/client";
import { useLive } from "./api/live";
import { nameIn } from "./logic/path";
import { BranchPage } from "./pages/Branch";
import { Branches } from "./pages/Branches";
import { Compare } from "./pages/Compare";
import { History } from "./pages/History";
import { Operations, Tags } from "./pages/Lists";
import { Login } from "./pages/Login";
import { Overview } from "./pages/Overview";
import { Tables } from "./pages/Tables";
import { Brand } from "./parts/Brand";
import { Loading, Tip, Trouble } from "./parts/basics";
import { Fence } from "./parts/Fence";
import { ThemeSwitch } from "./parts/theme";
import { text } from "./text";

const queries = new QueryClient({
    defaultOptions: {
        queries: {
            retry: (failures, error) => failures < 2 && !(error instanceof Problem && error.status < 500),
            refetchOnWindowFocus: true,
        },
    },
});

const pages = [
    { href: "/", label: text.nav.overview, icon: LayoutDashboard, isAt: (path: string) => path === "/" },
    {
        href: "/history",
        label: text.nav.history,
        icon: GitCommitVertical,
        isAt: (path: string) => /^\/(history|compare|tags|operations)/.test(path),
    },
    { href: "/tables", label: text.nav.tables, icon: Table2, isAt: (path: string) => /^\/(tables|sql|schema)/.test(path) },
    { href: "/branches", label: text.nav.branches, icon: GitBranch, isAt: (path: string) => path.startsWith("/branches") },
];

/** Sections that fill the window and scroll inside. */
const filling = ["history", "compare", "tags", "operations", "tables", "sql"];

function Top({ person }: { person: Person }) {
    const [path] = useLocation();
    const client = useQueryClient();
    return (
        <header className="top">
            <a className="skip" href="#content">
                {text.skip}
            </a>
            <Link href="/" className="brand">
                <Brand />
            </Link>
            <nav className="nav" aria-label={text.nav.label}>
                {pages.map((page) => (
                    <Link key={page.href} href={page.href} aria-current={page.isAt(path) ? "page" : undefined}>
                        <page.icon size={18} strokeWidth={1.75} aria-hidden />
                        {page.label}
                    </Link>
                ))}
            </nav>
            <div className="top-end">
                <p className="whoami">
                    <span className="cut">{person.name}</span>
                    <span className="faint">{person.role}</span>
                </p>
                <ThemeSwitch />
                <Tip label={text.login.out}>
                    <button
                        type="button"
                        className="button"
                        data-bare
                        aria-label={text.login.out}
                        onClick={() => void logOut().then(() => client.resetQueries())}
                    >
                        <LogOut size={15} aria-hidden />
                    </button>
                </Tip>
            </div>
        </header>
    );
}

/** The page's main part; where somebody goes to another page, those who listen are put at its beginning. */
function Page({ children }: { children: ReactNode }) {
    const [path] = useLocation();
    const main = useRef<HTMLElement>(null);
    const [section = "", name] = path.split("/").slice(1);
    useEffect(() => {
        const label = pages.find((page) => page.isAt(path))?.label ?? text.missing.title;
        document.title = [name && nameIn(name).slice(0, 40), label, text.product].filter(Boolean).join(" · ");
    }, [path, name]);
    const isFirst = useRef(true);
    // biome-ignore lint/correctness/useExhaustiveDependencies: a new section is what it waits for
    useEffect(() => {
        if (isFirst.current) isFirst.current = false;
        else main.current?.focus();
        window.scrollTo(0, 0);
    }, [section]);
    return (
        <main id="content" className={filling.includes(section) ? "page page-fill" : "page"} ref={main} tabIndex={-1}>
            <Fence at={path}>
                <Suspense fallback={<Loading />}>{children}</Suspense>
            </Fence>
        </main>
    );
}

function Missing() {
    return (
        <>
            <h1>{text.missing.title}</h1>
            <p className="soft">{text.missing.explain}</p>
            <Link href="/" className="link">
                {text.missing.home}
            </Link>
        </>
    );
}

function Inside({ person }: { person: Person }) {
    useLive();
    return (
        <div className="shell">
            <Top person={person} />
            <Page>
                <Switch>
                    <Route path="/" component={Overview} />
                    <Route path="/history" component={History} />
                    <Route path="/history/:rev" component={History} />
                    <Route path="/compare" component={Compare} />
                    <Route path="/tags" component={Tags} />
                    <Route path="/operations" component={Operations} />
                    <Route path="/tables" component={Tables} />
                    <Route path="/tables/:name" component={Tables} />
                    <Route path="/sql" component={Tables} />
                    <Route path="/branches" component={Branches} />
                    <Route path="/branches/:name" component={BranchPage} />
                    <Route component={Missing} />
                </Switch>
            </Page>
        </div>
    );
}

function Door() {
    const me = useQuery({ queryKey: ["me"], queryFn: readMe, staleTime: 60_000 });
    if (me.error instanceof Problem && me.error.status === 401) return <Login />;
    if (me.error) {
        return (
            <main className="page">
                <Trouble error={me.error} />
            </main>
        );
    }
    return me.data ? <Inside person={me.data} /> : null;
}

export function App() {
    return (
        <QueryClientProvider client={queries}>
            <Tooltip.Provider delayDuration={300}>
                <Door />
            </Tooltip.Provider>
        </QueryClientProvider>
    );
}
