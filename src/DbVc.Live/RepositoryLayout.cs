using DbVc.Model;

namespace DbVc.Live;

/// <summary>Where things lie below a repository's root; the layout of the product's documentation.</summary>
public sealed record RepositoryLayout(string Root, string Control)
{
    public const string ControlName = ".db-version-control";
    public const string RuntimeName = "runtime";

    public RepositoryLayout(string root)
        : this(root, Path.Combine(root, ControlName))
    {
    }

    public string Config => Path.Combine(Control, "config.yaml");

    public string AgentLogs => Path.Combine(Control, "agent-logs");

    /// <summary>Answers of models, kept to be used again; can be deleted at any time.</summary>
    public string Answers => Path.Combine(Control, "answers");

    /// <summary>What merged tasks taught; made again from history.</summary>
    public string Memory => Path.Combine(Control, "memory.db");

    /// <summary>What runs of pipelines have rejected.</summary>
    public string Quarantine => Path.Combine(Control, "quarantine");

    /// <summary>What runs of pipelines have loaded, column by column.</summary>
    public string Profiles => Path.Combine(Control, "profiles");

    /// <summary>Beginnings of sources on which pipelines were tried.</summary>
    public string Samples => Path.Combine(Control, "samples");

    /// <summary>Sources that were fetched for tasks.</summary>
    public string Fetched => Path.Combine(Control, "fetched");

    /// <summary>Private copies of main and scratch files; can be deleted at any time.</summary>
    public string Shadow => Path.Combine(Control, "shadow");

    public string Scratch => Path.Combine(Control, "scratch");

    /// <summary>The library that generated code compiles against; made again by the next agent.</summary>
    public string Runtime => Path.Combine(Control, RuntimeName);

    public string Main => Path.Combine(Root, "main");

    public string MainSchema => Path.Combine(Main, "schema.sql");

    public string MainData => Path.Combine(Main, "data");

    public string Branches => Path.Combine(Root, "branches");

    public string Branch(BranchName branch) => Path.Combine(Branches, branch.Folder);

    /// <summary>Makes all folders; the control folder is for its owner alone.</summary>
    public void Create()
    {
        foreach (var folder in new[] { AgentLogs, Shadow, Scratch, MainData, Branches }) Directory.CreateDirectory(folder);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(Control, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    /// <summary>The root of the repository that contains <paramref name="folder"/>; throws usage failure <c>repository.missing</c>.</summary>
    public static RepositoryLayout Find(string folder) => TryFind(folder)
        ?? throw new DbVcException(FailureKind.Usage, "repository.missing", "This folder is not in a db-vc repository.",
            where: Path.GetFullPath(folder), hint: "Run db-vc init --database FILE first, or name a repository with -C DIR.");

    /// <summary>The same; null where there is none.</summary>
    public static RepositoryLayout? TryFind(string folder)
    {
        for (var current = new DirectoryInfo(folder); current is not null; current = current.Parent)
        {
            if (Directory.Exists(Path.Combine(current.FullName, ControlName))) return new RepositoryLayout(current.FullName);
        }

        return null;
    }
}
