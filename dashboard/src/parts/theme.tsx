import { Monitor, Moon, Sun } from "lucide-react";
import { useState } from "react";
import { text } from "../text";
import { Tip } from "./basics";

const order = ["system", "light", "dark"] as const;
type Theme = (typeof order)[number];
const icons = { system: Monitor, light: Sun, dark: Moon };

function current(): Theme {
    const theme = document.documentElement.dataset.theme;
    return theme === "light" || theme === "dark" ? theme : "system";
}

function choose(theme: Theme): void {
    if (theme === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    try {
        localStorage.setItem("theme", theme);
    } catch {
        // A browser that keeps nothing has the system's colours next time.
    }
}

/** Goes from the system's colours to light, to dark, and back. */
export function ThemeSwitch() {
    const [theme, setTheme] = useState(current);
    const Icon = icons[theme];
    const label = `${text.theme.label}: ${text.theme[theme]}`;
    return (
        <Tip label={label}>
            <button
                type="button"
                className="button"
                data-bare
                aria-label={label}
                onClick={() => {
                    const next = order[(order.indexOf(theme) + 1) % order.length] ?? "system";
                    choose(next);
                    setTheme(next);
                }}
            >
                <Icon size={15} aria-hidden />
            </button>
        </Tip>
    );
}
