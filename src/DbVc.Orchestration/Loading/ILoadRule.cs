using DbVc.Databases;
using DbVc.Pipelines;

namespace DbVc.Orchestration;

/// <summary>A rule that only the host can judge, row by row as they are loaded.</summary>
internal interface ILoadRule
{
    KeyFields Fields { get; }

    /// <summary>Whether the row may be loaded: it has what the rule asks for, or NULL there, or the rule is about other rows.</summary>
    bool Allows(IRowView row);

    /// <summary>Prepares a rule for the rows of a load that begins <paramref name="now"/>.</summary>
    static ILoadRule Prepare(KeyFields fields, PipelineSpec spec, IDatabase database, DateTimeOffset now) =>
        fields.Rule.Reference is not null ? ReferenceTracker.Read(fields, spec, database) : new TimeTracker(fields, spec, now);
}
