using DbVc.Model;
using DbVc.VersionControl;

namespace DbVc.Orchestration;

/// <summary>A tag and the commit it names.</summary>
public sealed record TagReport(string Name, NamedCommit Commit);

/// <summary>Names for commits that stay where they are put.</summary>
public sealed class TagShelf
{
    private readonly WorkspaceContext _context;

    internal TagShelf(WorkspaceContext context) => _context = context;

    /// <summary>All tags by name.</summary>
    public IReadOnlyList<TagReport> List() =>
        [.. _context.Repository.ListTags().Select(t => new TagReport(t.Key, new NamedCommit(t.Value, _context.Repository.ReadCommit(t.Value))))];

    /// <summary>Names a commit. Throws usage failures <c>tag.exists</c>, and <c>tag.branch</c> where a branch has the name.</summary>
    public TagReport Create(TagName name, string revision)
    {
        if (_context.Repository.Store.ReadRef(Repository.TagPrefix + name) is { } known)
        {
            throw new DbVcException(FailureKind.Usage, "tag.exists", $"There is a tag '{name}' already, at {new CommitId(known).Short}.",
                hint: $"Choose another name, or remove it with db-vc tag -d {name}.");
        }

        if (_context.Repository.Store.ReadRef(Repository.HeadPrefix + name) is not null)
        {
            throw new DbVcException(FailureKind.Usage, "tag.branch", $"There is a branch '{name}'; a tag of that name would be mistaken for it.",
                hint: "Choose another name.");
        }

        var commit = new RevisionParser(_context.Repository).Parse(revision);
        Move($"tag {name}", name, null, commit);
        return new TagReport(name.Text, new NamedCommit(commit, _context.Repository.ReadCommit(commit)));
    }

    /// <summary>Removes a tag; the commit stays. Throws usage failure <c>tag.missing</c> with the tags there are.</summary>
    public void Delete(TagName name)
    {
        var commit = _context.Repository.Store.ReadRef(Repository.TagPrefix + name)
            ?? throw new DbVcException(FailureKind.Usage, "tag.missing", $"There is no tag '{name}'.",
                hint: "Tags: " + string.Join(", ", _context.Repository.ListTags().Select(t => t.Key)) + ".");
        Move($"tag -d {name}", name, new CommitId(commit), null);
    }

    private void Move(string command, TagName name, CommitId? before, CommitId? after)
    {
        var transaction = new CommitTransaction(_context.Repository, command, _context.Options.User.Name);
        transaction.MoveTag(name.Text, before, after);
        transaction.Publish();
    }
}
