using System.Globalization;
using DbVc.Model;
using DbVc.Pipelines;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace DbVc.Orchestration;

/// <summary>
/// What <c>.db-version-control/policy.yaml</c> allows generated code beyond the vocabulary, each with a reason. Written by people only and never versioned
/// with a branch. What would reach out of the sandbox is not to be allowed: the sandbox would not let it through either.
/// </summary>
public sealed record CodePolicy(IReadOnlyList<AllowedName> Allowed)
{
    public const string FileName = "policy.yaml";

    private const string Form = "Write it as: allow: [{ api: System.Security.Cryptography.SHA256, reason: why, until: 2027-01-31 }]";
    private static readonly HashSet<string> s_allowable = ["security.api", "security.cryptography", "security.environment", "security.console"];

    /// <summary>Nothing where there is no file. Throws usage failure <c>policy.invalid</c> with file and line.</summary>
    public static CodePolicy Read(string controlFolder)
    {
        var path = Path.Combine(controlFolder, FileName);
        return Configuration.ReadText(path) is { } text ? Parse(text, path) : new CodePolicy([]);
    }

    internal static CodePolicy Parse(string text, string path)
    {
        try
        {
            var stream = new YamlStream();
            stream.Load(new StringReader(text));
            if (stream.Documents.Count == 0) return new CodePolicy([]);
            if (stream.Documents[0].RootNode is not YamlMappingNode root) throw Invalid(path, 1, "it is no list of keys");
            var allowed = new List<AllowedName>();
            foreach (var (key, value) in root.Children)
            {
                if (key.ToString() != "allow" || value is not YamlSequenceNode list) throw Invalid(path, key.Start.Line, $"there is no list '{key}'");
                allowed.AddRange(list.Children.Select(item => ReadItem(item, path)));
            }

            return new CodePolicy(allowed);
        }
        catch (YamlException failure)
        {
            throw Invalid(path, failure.Start.Line, failure.Message);
        }
    }

    /// <summary>The result without the findings that are allowed today, and those. A finding that an entry names in vain says why.</summary>
    public CompileResult Apply(CompileResult result, DateTimeOffset now)
    {
        if (Allowed.Count == 0) return result;
        var excused = result.Security.Select(f => (Finding: f, Name: Find(f, now))).Where(f => f.Name is not null).ToList();
        return result with
        {
            Security = [.. result.Security.Except(excused.Select(e => e.Finding)).Select(Explain)],
            Excused = [.. excused.Select(e => e.Finding with { Message = $"{e.Finding.Symbol} is allowed by {FileName}: {e.Name!.Reason}" })],
        };
    }

    /// <summary>Entries that allow nothing any more, each as a sentence with its line.</summary>
    public IReadOnlyList<string> FindExpired(DateTimeOffset now) =>
        [.. Allowed.Where(a => a.Until < now).Select(a => $"{DescribeEnd(a)}. Give it another day, or remove it.")];

    /// <summary>A type allows its members, and only them.</summary>
    private AllowedName? Find(CodeFinding finding, DateTimeOffset now) =>
        s_allowable.Contains(finding.Rule) ? Allowed.FirstOrDefault(a => a.Covers(finding.Symbol) && !(a.Until < now)) : null;

    private CodeFinding Explain(CodeFinding finding)
    {
        if (Allowed.FirstOrDefault(a => a.Covers(finding.Symbol)) is not { } named) return finding;
        var why = s_allowable.Contains(finding.Rule) ? DescribeEnd(named) : $"{FileName}:{named.Line} names it in vain: what reaches that cannot be allowed";
        return finding with { Message = $"{finding.Message} {why}." };
    }

    private static string DescribeEnd(AllowedName name) =>
        string.Create(CultureInfo.InvariantCulture, $"{FileName}:{name.Line} allowed {name.Name} until {name.Until?.AddDays(-1):yyyy-MM-dd}");

    private static AllowedName ReadItem(YamlNode node, string path)
    {
        if (node is not YamlMappingNode item) throw Invalid(path, node.Start.Line, "an entry must have 'api' and 'reason'");
        string? name = null, reason = null;
        DateTimeOffset? until = null;
        foreach (var (key, value) in item.Children)
        {
            var text = (value as YamlScalarNode)?.Value ?? "";
            switch (key.ToString())
            {
                case "api": name = text; break;
                case "reason": reason = text; break;
                case "until":
                    until = DateOnly.TryParseExact(text, "yyyy-MM-dd", out var day)
                        ? new DateTimeOffset(day.AddDays(1).ToDateTime(TimeOnly.MinValue), TimeSpan.Zero)
                        : throw Invalid(path, value.Start.Line, $"'{text}' is no day such as 2027-01-31");
                    break;
                default: throw Invalid(path, key.Start.Line, $"there is no key '{key}'");
            }
        }

        if (name is null || name.Split('.').Length < 2 || name.Split('.').Any(p => p.Length == 0 || !(char.IsLetter(p[0]) || p[0] == '_')))
            throw Invalid(path, node.Start.Line, $"'{name}' is no type or member with its namespace");
        return string.IsNullOrWhiteSpace(reason)
            ? throw Invalid(path, node.Start.Line, $"{name} has no reason")
            : new AllowedName(name, reason.Trim(), until, node.Start.Line);
    }

    private static DbVcException Invalid(string path, long line, string problem) =>
        new(FailureKind.Usage, "policy.invalid", $"The policy is wrong: {problem.TrimEnd('.')}.", $"{path}:{line}", Form);
}

/// <summary>A type, or a member of one, that generated code may name.</summary>
/// <param name="Name">With its namespace.</param>
/// <param name="Reason">Why; shown in every report.</param>
/// <param name="Until">From then on it is not allowed any more; null for never.</param>
/// <param name="Line">Where it stands.</param>
public sealed record AllowedName(string Name, string Reason, DateTimeOffset? Until, long Line)
{
    /// <summary>Whether it is about a symbol, by its whole name.</summary>
    internal bool Covers(string? symbol) => symbol is not null && (symbol == Name || symbol.StartsWith(Name + ".", StringComparison.Ordinal));
}
