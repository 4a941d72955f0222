using LeadSync.WholeSystem;

namespace LeadSync.Journeys;

/// <summary>
/// Journeys that leave the house as they found it, one after the other in the same one: five services take longer to start than
/// most journeys take.
/// </summary>
[CollectionDefinition]
public sealed class OneHouse : ICollectionFixture<House>;
