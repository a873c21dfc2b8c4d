using DbVc.Live;
using DbVc.Model;
using DbVc.Orchestration;
using DbVc.Store;
using Xunit;

namespace DbVc.Tests;

/// <summary>A shop on a clock that stands still, and the work in the background. Without a worker whatever runs fails at once.</summary>
internal sealed class WorkShop : IDisposable
{
    private readonly List<Workspace> _open = [];

    public AccessShop Access { get; } = new();

    public HeldClock Clock { get; } = new(new DateTimeOffset(2026, 1, 15, 12, 0, 0, TimeSpan.Zero));

    public string WorkerFolder => Path.Combine(Folder, "no-worker");

    public List<WorkEvent> Told { get; } = [];

    public string Folder => Access.Shop.Folder;

    public WorkspaceOptions OptionsOf(string login) => ShopRepository.Options with
    {
        Clock = Clock,
        Credential = new Credential(null, login),
        WorkerFolder = WorkerFolder,
    };

    public Workspace As(string login)
    {
        var workspace = Workspace.Open(Folder, OptionsOf(login), CancellationToken.None);
        _open.Add(workspace);
        return workspace;
    }

    public string WriteMetadata(string name = "parts", string rules = "")
    {
        File.WriteAllText(Path.Combine(Folder, name + ".json"), $$"""
            {"task_id": "{{name}}", "source": "{{name}}.csv", "destination": "{{name}}",
             "schema": {"id": {"type": "integer", "primary_key": true}, "name": "string"}{{rules}} }
            """);
        File.WriteAllText(Path.Combine(Folder, name + ".csv"), "id,name\n1,bolt\n2,nut\n");
        return Path.Combine(Folder, name + ".json");
    }

    /// <summary>Brings a pipeline into main, without running anything.</summary>
    public void Deploy(string name = "parts")
    {
        Access.As("art").Branches.Create(BranchName.Parse(name), null, default);
        File.Copy(WriteMetadata(name), Path.Combine(Folder, "branches", name, "metadata.json"));
        Access.As("art").Branches.Commit(BranchName.Parse(name), "Make " + name, null, default);
        Access.PassGates(name);
        Assert.Equal(MergeState.Merged, Access.Merge("art", name).State);
    }

    public AgentReport Detach(string login = "art", string branch = "load", bool merge = false) => As(login).Agents.Create(
        new AgentRequest(WriteMetadata(branch), BranchName.Parse(branch), null, null, merge) { Detach = true }, new QuietProgress(_ => { }), default);

    /// <summary>What anybody does, as whoever has a login; what happened, messages on the way left out.</summary>
    public async Task<IReadOnlyList<string>> WorkAsync(string login = "ada")
    {
        var before = Told.Count;
        await new WorkLoop(Folder, OptionsOf(login), Told.Add) { Jobs = 2 }.RunDueAsync(TestContext.Current.CancellationToken);
        return [.. Told.Skip(before).Where(e => e.State != "says").Select(e => $"{e.Kind.ToString().ToLowerInvariant()} {e.Subject} {e.State}")];
    }

    public AgentReport Task(string branch = "load") => As("ada").Agents.Status(BranchName.Parse(branch));

    /// <summary>Leaves a report as a process does that dies.</summary>
    public void Change(AgentReport report) => Do(context => AgentTasks.Save(context, report));

    public void Do(Action<WorkspaceContext> action)
    {
        var layout = RepositoryLayout.Find(Folder);
        using var store = RepositoryStore.Open(layout.Control);
        action(WorkspaceContext.Create(store, layout, OptionsOf("ada")));
    }

    public void Dispose()
    {
        foreach (var workspace in _open) workspace.Dispose();
        Access.Dispose();
    }
}
