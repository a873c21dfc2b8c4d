using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("DbVc.Worker")]
[assembly: InternalsVisibleTo("DbVc.Pipelines")]
[assembly: InternalsVisibleTo("DbVc.Tests")]
