using System.Text.Json;

namespace DbVc.Agents;

/// <summary>The state of one task while tools work on it: what was measured last, and whether it still holds for what is in the branch.</summary>
public sealed class TaskSession(
    PipelineTask task, IAgentBranch branch, IBranchExecution execution, ICodeGenerator generator, IAgentObserver observer)
{
    private PinnedMetadata? _pinned;

    public PipelineTask Task { get; } = task;

    public IAgentBranch Branch { get; } = branch;

    public IBranchExecution Execution { get; } = execution;

    public ICodeGenerator Generator { get; } = generator;

    public IAgentObserver Observer { get; } = observer;

    /// <summary>What the model may see of the data.</summary>
    public Disclosure Disclosure { get; init; } = Disclosure.Everything;

    /// <summary>Whom the model may ask.</summary>
    public ITaskPerson Person { get; init; } = AbsentPerson.Instance;

    /// <summary>The times of its calls.</summary>
    public TaskClock Clock { get; init; } = TaskClock.Of(TimeProvider.System);

    /// <summary>What a repetition of the run starts from; null where nobody will repeat it.</summary>
    public RunOrigin? Origin { get; init; }

    /// <summary>What merged tasks taught.</summary>
    public ITaskMemory Memory { get; init; } = NoMemory.Instance;

    /// <summary>What the model asked, in order.</summary>
    public IList<AskedQuestion> Questions { get; } = [];

    /// <summary>The pinned metadata, analysed on first use; throws what is wrong with it.</summary>
    public PinnedMetadata Pinned => _pinned ??= ReadMetadata();

    /// <summary>What the last execution measured, as the model was told; null if the files changed since.</summary>
    internal JsonElement? LastExecution { get; set; }

    /// <summary>The gates' last verdict; null if files or rows changed since.</summary>
    public GateVerdict? LastVerdict { get; internal set; }

    /// <summary>How often the gates refused.</summary>
    internal int FailedValidations { get; set; }

    /// <summary>How often they may.</summary>
    internal int MostValidations { get; set; } = int.MaxValue;

    /// <summary>Records that executions read, all together.</summary>
    internal long RowsRead { get; set; }

    /// <summary>How many they may read; null for any number.</summary>
    internal long? MostRows { get; set; }

    internal long? RowsLeft => MostRows - RowsRead;

    /// <summary>What the model said at the end; null while it works.</summary>
    internal string? Conclusion { get; set; }

    /// <summary>True when the model finished, gates agreeing; only the host's own verdict counts, never the model's word.</summary>
    internal bool Succeeded { get; set; }

    private PinnedMetadata ReadMetadata()
    {
        var pinned = new PinnedMetadata(Task.MetadataText, Generator.Analyze());
        Disclosure.Know(Task.MetadataText, pinned.Analysis.Messages);
        return pinned;
    }

    /// <summary>Files of the branch changed: nothing measured before counts any more.</summary>
    internal void ForgetMeasurements()
    {
        LastExecution = null;
        LastVerdict = null;
    }
}
