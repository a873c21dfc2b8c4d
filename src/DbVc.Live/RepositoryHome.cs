using System.Text;
using DbVc.Databases;
using DbVc.Model;
using DbVc.Store;

namespace DbVc.Live;

/// <summary>
/// Where the repository lay when it last touched its live database. Two folders with one repository in them must not both move one database:
/// a copy is found out here, a repository that was moved is simply at home elsewhere.
/// </summary>
internal sealed class RepositoryHome(LiveContext context)
{
    private const string Collection = "repository";
    private const string Key = "home";
    private bool _checked;

    /// <summary>Throws kind Refused, <c>repository.copied</c>, where the original of this copy is still there and has the same live database.</summary>
    public void Check()
    {
        // Init builds the repository in a draft; it is at home once it is in its place.
        if (_checked || Path.GetFileName(context.Layout.Control) != RepositoryLayout.ControlName) return;
        var here = Path.TrimEndingDirectorySeparator(context.Layout.Root);
        var known = context.Repository.Store.ReadDocument(Collection, Key) is { } bytes ? Encoding.UTF8.GetString(bytes) : null;
        if (known != here)
        {
            if (known is not null && SharesDatabase(known)) throw Copied(known);
            using var transaction = context.Repository.Store.Begin();
            transaction.PutDocument(Collection, Key, Encoding.UTF8.GetBytes(here));
            transaction.Commit();
        }

        _checked = true;
    }

    private bool SharesDatabase(string other)
    {
        var control = new RepositoryLayout(other).Control;
        if (!Directory.Exists(control) || FileIdentity.Of(control) == FileIdentity.Of(context.Layout.Control)) return false;
        try
        {
            using var store = RepositoryStore.Open(control);
            var identity = RepositoryIdentity.Read(store, other);
            return identity.Id == context.Identity.Id && AreOne(identity.Location, context.Identity.Location);
        }
        catch (DbVcException)
        {
            // What cannot be opened is no repository that could move the database.
            return false;
        }
    }

    private static bool AreOne(string location, string other) => DatabaseEngines.FileOf(location) is { } file && DatabaseEngines.FileOf(other) is { } second
        ? FileIdentity.Of(file) is { } database && database == FileIdentity.Of(second)
        : location == other;

    private DbVcException Copied(string original) => new(FailureKind.Refused, "repository.copied",
        "This repository is a copy; its original works with the same live database, so this one keeps its hands off.",
        where: $"{context.Layout.Root}, a copy of {original}; database {context.Identity.Display}",
        hint: $"Work in the original (db-vc -C {original} …), or delete its .db-version-control if this one shall take its place.");
}
