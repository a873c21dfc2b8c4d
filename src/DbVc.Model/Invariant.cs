namespace DbVc.Model;

/// <summary>A query over the database that must return no row. Belongs to the repository, never to a branch.</summary>
/// <param name="Name">What people call it.</param>
/// <param name="Sql">One reading statement.</param>
public sealed record Invariant(string Name, string Sql);
