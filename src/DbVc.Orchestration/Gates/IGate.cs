namespace DbVc.Orchestration;

/// <summary>Decides one question about a branch, with evidence. Rules and thresholds never come from the branch that is judged.</summary>
public interface IGate
{
    /// <summary>Short and stable: part of reports, configuration and the command line.</summary>
    string Name { get; }

    /// <summary>Judges. A gate that cannot judge says <see cref="GateDecision.NotRun"/>, which lets nothing through.</summary>
    GateResult Run(GateContext context);
}
