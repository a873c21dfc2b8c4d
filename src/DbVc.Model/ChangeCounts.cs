namespace DbVc.Model;

/// <summary>How many cells one step of preprocessing changes.</summary>
/// <param name="Step">The step in English, for example <c>lowercase email</c>.</param>
/// <param name="Field">The field that it is done to.</param>
/// <param name="Operation">Its name in metadata.</param>
/// <param name="Changed">Cells that were other afterwards; one that became NULL, or was NULL before, is other.</param>
/// <param name="Of">Cells that it was done to.</param>
public sealed record ChangedCells(string Step, string Field, string Operation, long Changed, long Of);

/// <summary>What the steps of preprocessing change in the first records of a source: counted by the host, which does them itself and asks no code.</summary>
/// <param name="Records">Records looked at.</param>
/// <param name="IsWhole">Whether these are all.</param>
/// <param name="Steps">In the order of the metadata.</param>
public sealed record ChangeCounts(long Records, bool IsWhole, IReadOnlyList<ChangedCells> Steps);
