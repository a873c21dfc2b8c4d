import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { logIn } from "../api/client";
import { Brand } from "../parts/Brand";
import { Trouble } from "../parts/basics";
import { text } from "../text";

export function Login() {
    const queries = useQueryClient();
    const [token, setToken] = useState("");
    const [problem, setProblem] = useState<unknown>();
    const [isBusy, setBusy] = useState(false);

    async function submit(event: FormEvent) {
        event.preventDefault();
        setBusy(true);
        setProblem(undefined);
        try {
            await logIn(token);
            await queries.resetQueries();
        } catch (error) {
            setProblem(error);
            setBusy(false);
        }
    }

    return (
        <main className="login">
            <form onSubmit={submit}>
                <h1 className="brand">
                    <Brand />
                    <span className="hidden">{text.login.title}</span>
                </h1>
                <label>
                    {text.login.token}
                    <input
                        className="field"
                        type="password"
                        autoComplete="current-password"
                        required
                        value={token}
                        onChange={(event) => setToken(event.target.value)}
                    />
                </label>
                {problem !== undefined && <Trouble error={problem} />}
                <button type="submit" className="button" data-main disabled={isBusy}>
                    {text.login.submit}
                </button>
                <p className="faint">{text.login.explain}</p>
            </form>
        </main>
    );
}
