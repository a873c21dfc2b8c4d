using System.Globalization;
using DbVc.Model;

namespace DbVc.VersionControl;

/// <summary>
/// Turns what a person types into a commit: a branch, a tag, a commit id or unique prefix, <c>HEAD</c>,
/// each followed by any of <c>~N</c>, <c>^N</c>, <c>@{time}</c>.
/// </summary>
public sealed class RevisionParser(Repository repository)
{
    private const int MinPrefix = 4;

    /// <summary>Throws a usage failure <c>revision.unknown</c> or <c>revision.ambiguous</c> (with the candidates).</summary>
    public CommitId Parse(string text)
    {
        var nameEnd = text.IndexOfAny(['~', '^', '@']);
        var name = nameEnd < 0 ? text : text[..nameEnd];
        var commit = FindNamed(name.Length == 0 && nameEnd >= 0 ? "HEAD" : name, text);
        var at = nameEnd < 0 ? text.Length : nameEnd;
        while (at < text.Length) commit = Step(commit, text, ref at);
        return commit;
    }

    private CommitId FindNamed(string name, string text)
    {
        if (name == "HEAD") return repository.Head(BranchName.Main);
        if (repository.Store.ReadRef(Repository.HeadPrefix + name) is { } branch) return new CommitId(branch);
        if (repository.Store.ReadRef(Repository.TagPrefix + name) is { } tag) return new CommitId(tag);
        if (name.Length >= MinPrefix && name.All(char.IsAsciiHexDigit))
        {
            var found = repository.Store.FindCommits(name.ToLowerInvariant(), limit: 10);
            if (found.Count == 1) return new CommitId(found[0]);
            if (found.Count > 1)
            {
                throw new DbVcException(FailureKind.Usage, "revision.ambiguous", $"'{name}' begins the ids of several commits.",
                    where: text, hint: "Did you mean " + string.Join(", ", found.Select(h => new CommitId(h).Short)) + "?");
            }
        }

        throw Unknown(text, "Use a branch, a tag, a commit id of at least four digits, or HEAD; db-vc log lists commits.");
    }

    private CommitId Step(CommitId commit, string text, ref int at)
    {
        var sign = text[at++];
        if (sign == '@') return AtTime(commit, text, ref at);
        var digits = at;
        while (at < text.Length && char.IsAsciiDigit(text[at])) at++;
        var number = 1;
        if (at > digits && !int.TryParse(text.AsSpan(digits, at - digits), NumberStyles.None, CultureInfo.InvariantCulture, out number))
        {
            throw Unknown(text, "The number is too large.");
        }

        if (sign == '^') return number == 0 ? commit : Parent(commit, number, text);
        if (sign != '~') throw Unknown(text, "After a name come ~N, ^N or @{time}.");
        for (var i = 0; i < number; i++) commit = Parent(commit, 1, text);
        return commit;
    }

    private CommitId Parent(CommitId commit, int number, string text)
    {
        var parents = repository.ReadCommit(commit).Parents;
        return number <= parents.Count
            ? parents[number - 1]
            : throw Unknown(text, parents.Count == 0 ? $"{commit.Short} is the first commit." : $"{commit.Short} has {parents.Count} parent(s).");
    }

    private CommitId AtTime(CommitId commit, string text, ref int at)
    {
        var end = text.IndexOf('}', at);
        if (at >= text.Length || text[at] != '{' || end < 0
            || !DateTimeOffset.TryParse(text.AsSpan(at + 1, end - at - 1), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time))
        {
            throw Unknown(text, "Write a time as @{2026-01-31} or @{2026-01-31T12:00:00Z}.");
        }

        at = end + 1;
        for (var id = commit; ;)
        {
            var current = repository.ReadCommit(id);
            if (current.Time <= time) return id;
            if (current.Parents.Count == 0) throw Unknown(text, "The history begins later than that.");
            id = current.Parents[0];
        }
    }

    private static DbVcException Unknown(string text, string hint) =>
        new(FailureKind.Usage, "revision.unknown", $"'{text}' does not name a commit.", hint: hint);
}
