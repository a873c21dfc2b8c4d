import { text } from "../text";

export function Brand() {
    return (
        <>
            <svg
                width="18"
                height="18"
                viewBox="0 0 18 18"
                fill="none"
                stroke="currentColor"
                strokeWidth="1.75"
                strokeLinecap="round"
                aria-hidden
            >
                <path d="M5 5v8M5 11c0-4 8-2 8-5" />
                <circle cx="5" cy="3.2" r="1.9" fill="currentColor" stroke="none" />
                <circle cx="5" cy="14.8" r="1.9" fill="currentColor" stroke="none" />
                <circle cx="13" cy="4.4" r="1.9" fill="currentColor" stroke="none" />
            </svg>
            {text.product}
        </>
    );
}
