namespace DbVc.Orchestration;

/// <summary>Words that mean the same, and words that mean nothing: the one place for them.</summary>
internal static class ChatWords
{
    /// <summary>What "it" is written as.</summary>
    public const string It = "it";

    /// <summary>May be left out of any sentence.</summary>
    public static IReadOnlySet<string> Noise { get; } = new HashSet<string>(StringComparer.Ordinal)
    {
        "please", "kindly", "the", "a", "an", "me", "us", "now", "just", "hey", "hello", "hi", "ok", "okay", "so", "then", "also", "my", "our", "actually",
            "again",
        "really", "here", "currently", "db-vc", "exactly", "there",
    };

    /// <summary>They stand in so many sentences that they tell none from another.</summary>
    public static IReadOnlySet<string> Little { get; } = new HashSet<string>(StringComparer.Ordinal)
    {
        "what", "is", "do", "of", "in", "to", "and", "how", "have", "i", "we", "it", "that", "at", "as", "if", "all", "there", "into", "would", "not",
    };

    /// <summary>One word for another; patterns are written in the words to the right.</summary>
    public static IReadOnlyDictionary<string, string> Synonyms { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["list"] = "show", ["display"] = "show", ["print"] = "show", ["view"] = "show", ["see"] = "show", ["tell"] = "show", ["describe"] = "show",
            ["give"] = "show",
        ["which"] = "what", ["branches"] = "branch", ["tasks"] = "task", ["agents"] = "task", ["agent"] = "task", ["job"] = "task", ["jobs"] = "task",
        ["commits"] = "commit", ["tables"] = "table", ["columns"] = "column", ["field"] = "column", ["fields"] = "column", ["col"] = "column",
        ["cell"] = "column", ["pipelines"] = "pipeline", ["gates"] = "gate", ["checks"] = "gate", ["tags"] = "tag", ["rows"] = "row", ["record"] = "row",
        ["records"] = "row", ["entry"] = "row", ["key"] = "row", ["id"] = "row", ["conflict"] = "conflicts", ["operation"] = "operations",
        ["rules"] = "rule", ["validation"] = "rule", ["validations"] = "rule", ["costs"] = "cost", ["spent"] = "cost", ["spend"] = "cost",
            ["invariant"] = "invariants",
        ["did"] = "do", ["does"] = "do", ["done"] = "do", ["are"] = "is", ["was"] = "is", ["were"] = "is", ["am"] = "is", ["has"] = "have", ["had"] = "have",
        ["differs"] = "changed", ["modified"] = "changed", ["edited"] = "changed", ["altered"] = "changed", ["updated"] = "changed", ["set"] = "changed",
        ["wrote"] = "changed", ["touched"] = "changed", ["change"] = "changed", ["changes"] = "changed", ["new"] = "changed", ["different"] = "changed",
        ["failed"] = "fail", ["fails"] = "fail", ["failure"] = "fail", ["failing"] = "fail", ["broke"] = "fail", ["stopped"] = "fail", ["stop"] = "fail",
            ["refused"] = "fail",
        ["error"] = "fail", ["wrong"] = "fail", ["remove"] = "delete", ["drop"] = "delete", ["erase"] = "delete", ["discard"] = "delete", ["make"] = "create",
        ["start"] = "create", ["begin"] = "create", ["open"] = "create", ["add"] = "create", ["compare"] = "diff", ["difference"] = "diff",
        ["differences"] = "diff", ["revoke"] = "revert", ["rerun"] = "retry", ["restart"] = "retry", ["execute"] = "run", ["save"] = "commit",
        ["publish"] = "merge", ["deploy"] = "merge", ["land"] = "merge", ["ship"] = "merge", ["say"] = "says", ["said"] = "says",
        ["will"] = "would", ["happens"] = "happened", ["happen"] = "happened", ["accept"] = "approve", ["stats"] = "status", ["state"] = "status",
        ["overview"] = "status", ["summary"] = "status", ["explanation"] = "explain", ["production"] = "main", ["by"] = "of",
        ["for"] = "of", ["inside"] = "in", ["within"] = "in", ["on"] = "in", ["from"] = "of", ["with"] = "and", ["against"] = "and", ["onto"] = "into",
    };

    /// <summary>One word that is written for two.</summary>
    public static IReadOnlyDictionary<string, string[]> Contractions { get; } = new Dictionary<string, string[]>(StringComparer.Ordinal)
    {
        ["what's"] = ["what", "is"], ["whats"] = ["what", "is"], ["who's"] = ["who", "is"], ["how's"] = ["how", "is"], ["where's"] = ["where", "is"],
        ["i'd"] = ["i", "would"], ["let's"] = ["please"], ["lets"] = ["please"], ["what're"] = ["what", "is"],
    };

    /// <summary>Several words for one, longest first; words as <see cref="Synonyms"/> leaves them.</summary>
    public static IReadOnlyList<(string[] Words, string Means)> Phrases { get; } =
    [
        (["can", "you", "please"], "please"), (["could", "you", "please"], "please"), (["i", "would", "like", "to"], "please"),
        (["i", "want", "you", "to"], "please"), (["i", "would", "like"], "please"), (["i", "want", "to"], "please"), (["i", "need", "to"], "please"),
        (["can", "you"], "please"), (["could", "you"], "please"), (["would", "you"], "please"), (["i", "want"], "please"),
        (["show", "me", "about"], "show"), (["show", "about"], "show"),
        (["that", "branch"], It), (["this", "branch"], It), (["that", "task"], It), (["this", "task"], It), (["that", "file"], It), (["this", "file"], It),
        (["that", "table"], It), (["this", "table"], It), (["that", "commit"], It), (["this", "commit"], It), (["that", "row"], It), (["this", "row"], It),
        (["that", "column"], It), (["this", "column"], It), (["that", "one"], It), (["this", "one"], It), (["that", "pipeline"], It),
            (["this", "pipeline"], It),
        (["roll", "back"], "rollback"), (["rolled", "back"], "rollback"), (["went", "back"], "rollback"), (["rolling", "back"], "rollback"),
            (["go", "back"], "rollback"), (["going", "back"], "rollback"),
        (["take", "back"], "revert"), (["taking", "back"], "revert"), (["cherry", "pick"], "cherry-pick"), (["try", "again"], "retry"),
        (["run", "again"], "retry"), (["the", "live", "database"], "live"), (["live", "database"], "live"),
    ];
}
