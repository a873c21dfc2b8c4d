using System.Globalization;
using DbVc.Model;

namespace DbVc.VersionControl;

/// <summary>
/// Turns what a person types into a commit: a branch, a tag, a commit id or unique prefix, <c>HEAD</c>, or a ref in full such as
/// <c>tags/v1</c>, each followed by any of <c>~N</c>, <c>^N</c>, <c>@{time}</c>.
/// </summary>
public sealed class RevisionParser(Repository repository)
{
    private const int MinPrefix = 4;
    private const int MaxCandidates = 10;

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

    /// <summary>A name goes before an id that begins like it; a branch and a tag of one name are told apart by <c>heads/</c> and <c>tags/</c>.</summary>
    private CommitId FindNamed(string name, string text)
    {
        if (name == "HEAD") return repository.Head(BranchName.Main);
        if (Repository.IsRevisionRef(name) && repository.Store.ReadRef(name) is { } full) return new CommitId(full);
        var branch = repository.Store.ReadRef(Repository.HeadPrefix + name);
        var tag = repository.Store.ReadRef(Repository.TagPrefix + name);
        if (branch is not null && tag is not null && branch != tag)
        {
            throw Ambiguous(text, $"'{name}' is a branch and a tag.", $"{Repository.HeadPrefix}{name}, {Repository.TagPrefix}{name}");
        }

        return (branch ?? tag) is { } found ? new CommitId(found) : FindByPrefix(name, text);
    }

    private CommitId FindByPrefix(string name, string text)
    {
        if (name.Length >= MinPrefix && name.All(char.IsAsciiHexDigit))
        {
            var found = repository.Store.FindCommits(name.ToLowerInvariant(), MaxCandidates);
            if (found.Count == 1) return new CommitId(found[0]);
            if (found.Count > 1) throw Ambiguous(text, $"'{name}' begins the ids of several commits.", string.Join(", ", Candidates(found)));
        }

        var near = NearNames.Of(name, repository.ListBranches().Concat(repository.ListTags()).Select(r => r.Key));
        throw Unknown(text, near.Count > 0
            ? $"Did you mean {string.Join(", ", near)}?"
            : "Use a branch, a tag, a commit id of at least four digits, or HEAD; db-vc log lists commits.");
    }

    /// <summary>Each with so many digits that it names one commit, and its message.</summary>
    private IEnumerable<string> Candidates(IReadOnlyList<Hash> sorted)
    {
        for (var i = 0; i < sorted.Count; i++)
        {
            var id = sorted[i].ToString();
            var digits = new CommitId(sorted[i]).Short.Length;
            foreach (var other in sorted.Where(o => o != sorted[i])) digits = Math.Max(digits, CommonDigits(id, other.ToString()) + 1);
            yield return $"{id[..digits]} ({repository.ReadCommit(new CommitId(sorted[i])).Message.Split('\n')[0].Trim()})";
        }
    }

    private static int CommonDigits(string one, string other)
    {
        var common = 0;
        while (common < one.Length && one[common] == other[common]) common++;
        return common;
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
            : throw Unknown(text, parents.Count switch
            {
                0 => $"{commit.Short} is the first commit.",
                1 => $"{commit.Short} has one parent.",
                _ => $"{commit.Short} has {parents.Count} parents.",
            });
    }

    /// <summary>Where the line of first parents stood at that time: a branch's own commits and what was merged into it, not the commits merged.</summary>
    private CommitId AtTime(CommitId commit, string text, ref int at)
    {
        var end = text.IndexOf('}', at);
        if (at >= text.Length || text[at] != '{' || end < 0
            || !DateTimeOffset.TryParse(text.AsSpan(at + 1, end - at - 1), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time))
        {
            throw Unknown(text, "Write a time as @{2026-01-31} or @{2026-01-31T12:00:00Z}; without a zone it is UTC.");
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

    private static DbVcException Ambiguous(string text, string message, string candidates) =>
        new(FailureKind.Usage, "revision.ambiguous", message, where: text, hint: $"Did you mean {candidates}?");

    private static DbVcException Unknown(string text, string hint) =>
        new(FailureKind.Usage, "revision.unknown", $"'{text}' does not name a commit.", hint: hint);
}
